using System.Reflection;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <param name="Convert">Turns the coerced value into the C# type; null when it already is.</param>
internal sealed record BoundInput(GraphQLType Type, Func<object?, object?>? Convert);

/// <summary>C# types that arguments take, as GraphQL types, with the way from coerced values to C#.</summary>
internal sealed class InputTypes(SchemaAssembly assembly)
{
    private readonly Dictionary<Type, InputObjectType> _objects = [];

    /// <param name="nullability">Null: the outermost type is nullable, the items of a list are not.</param>
    public BoundInput Bind(Type type, NullabilityInfo? nullability, ICustomAttributeProvider? attributes) =>
        Bind(type, nullability, attributes, isItem: false);

    private BoundInput Bind(Type type, NullabilityInfo? nullability, ICustomAttributeProvider? attributes, bool isItem)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
        {
            var inner = nullability?.GenericTypeArguments is [var argument] ? argument : null;
            var value = Bind(type.GetGenericArguments()[0], inner, attributes, isItem: true);
            return new BoundInput(value.Type.Nullable, InputConversion.Optional(type, value));
        }

        var underlying = Nullable.GetUnderlyingType(type);
        var core = Core(underlying ?? type, nullability, attributes);
        var isNonNull = underlying is null && nullability switch
        {
            null => isItem,
            _ => type.IsValueType || StateOf(nullability) == NullabilityState.NotNull,
        };
        return isNonNull ? core with { Type = NonNullType.Of(core.Type) } : core;
    }

    // A property without a setter, as attributes have, says it by its getter.
    private static NullabilityState StateOf(NullabilityInfo nullability) =>
        nullability.WriteState == NullabilityState.Unknown ? nullability.ReadState : nullability.WriteState;

    private BoundInput Core(Type type, NullabilityInfo? nullability, ICustomAttributeProvider? attributes)
    {
        if (!assembly.Builder.ScalarsByType.ContainsKey(type) && ClrShape.ItemOf(type) is { } item)
        {
            var bound = Bind(item, ClrShape.ItemNullability(nullability), attributes, isItem: true);
            return new BoundInput(new ListType(bound.Type), InputConversion.List(type, item, bound.Convert));
        }

        var hint = ScalarHint.Of(attributes, assembly.Builder);
        if ((hint ?? assembly.Builder.ScalarsByType.GetValueOrDefault(type)) is { } scalar)
        {
            return new BoundInput(scalar, InputConversion.Scalar(type, scalar));
        }

        return new BoundInput(type.IsEnum ? assembly.Outputs.Enum(type) : ObjectOf(type), null);
    }

    private InputObjectType ObjectOf(Type type)
    {
        if (_objects.TryGetValue(type, out var known))
        {
            return known;
        }

        if (type.IsInterface || type.IsAbstract
            || type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true)
        {
            throw new SchemaException(
                $"The C# type {type} cannot be an argument. "
                + "Register it as a service or request state, or add a scalar for it.");
        }

        var bound = new InputObjectType(InputName(type))
        {
            ClrType = type,
            Description = assembly.Docs.Of(type),
            IsOneOf = type.IsDefined(typeof(OneOfAttribute), false),
        };
        _objects[type] = assembly.Register(bound);
        assembly.Later(() => InputRecord.Fill(assembly, bound));
        return bound;
    }

    // The same class may be given and returned; then the input is the one that says so in its name.
    private string InputName(Type type)
    {
        var name = SchemaNames.Type(type, argument => Bind(argument, null, null).Type.Named.Name);
        var isTaken = assembly.Outputs.Bound.ContainsKey(type) && !name.EndsWith("Input", StringComparison.Ordinal);
        return isTaken ? name + "Input" : name;
    }
}
