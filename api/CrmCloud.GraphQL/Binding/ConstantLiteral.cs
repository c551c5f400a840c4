using System.Collections;
using System.Globalization;
using System.Reflection;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>C# constants as GraphQL literals, for defaults and for arguments of applied directives.</summary>
internal static class ConstantLiteral
{
    public static AppliedDirective Directive(string name, IEnumerable<(string Name, object? Value)> arguments) =>
        new(name, [.. arguments.Select(argument => new AppliedArgument(argument.Name, Of(argument.Value)))]);

    /// <exception cref="SchemaException">The value is no constant of GraphQL.</exception>
    public static ValueNode Of(object? value) => value switch
    {
        null => new NullValueNode(),
        bool flag => new BooleanValueNode { Value = flag },
        string text => new StringValueNode { Value = text },
        Enum constant => new EnumValueNode { Value = SchemaNames.EnumValue(constant) },
        double or float or decimal => Real((IFormattable)value),
        IFormattable number when value is int or long or short or byte or uint or ulong or ushort or sbyte =>
            new IntValueNode { Value = number.ToString(null, CultureInfo.InvariantCulture) },
        Guid id => new StringValueNode { Value = id.ToString() },
        IEnumerable items => new ListValueNode { Values = [.. items.Cast<object?>().Select(Of)] },
        _ => throw new SchemaException($"A {value.GetType().Name} cannot be written as a constant of GraphQL."),
    };

    private static ValueNode Real(IFormattable number)
    {
        var text = number.ToString(null, CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E', 'e') >= 0
            ? new FloatValueNode { Value = text }
            : new IntValueNode { Value = text };
    }
}
