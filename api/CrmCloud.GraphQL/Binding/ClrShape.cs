using System.Reflection;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>What a C# type is made of: task, list or single value.</summary>
internal static class ClrShape
{
    /// <summary>T of Task&lt;T&gt; and ValueTask&lt;T&gt;; null for anything else.</summary>
    public static Type? TaskResult(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var open
            && (open == typeof(Task<>) || open == typeof(ValueTask<>) || open == typeof(IAsyncEnumerable<>))
            ? type.GetGenericArguments()[0]
            : null;

    /// <summary>
    /// T of an array or anything that is an IEnumerable&lt;T&gt;, but not of a string; null for a single value.
    /// </summary>
    public static Type? ItemOf(Type type)
    {
        if (type == typeof(string))
        {
            return null;
        }

        if (type.IsArray)
        {
            return type.GetElementType();
        }

        var sequence = IsSequence(type) ? type : type.GetInterfaces().FirstOrDefault(IsSequence);
        return sequence?.GetGenericArguments()[0];
    }

    public static NullabilityInfo? ItemNullability(NullabilityInfo? list) =>
        list?.ElementType ?? (list?.GenericTypeArguments is [var item] ? item : null);

    private static bool IsSequence(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>);
}

/// <summary>Attributes that name the scalar of a member.</summary>
internal static class ScalarHint
{
    /// <summary>A member without one takes that of the interface member it implements.</summary>
    public static ScalarType? Of(ICustomAttributeProvider? attributes, SchemaBuilder builder) =>
        attributes is null ? null
        : Own(attributes, builder)
            ?? (attributes as MemberInfo is { ReflectedType: { } type } member
                ? Hierarchy.InterfacesOf(type).SelectMany(parent => parent.GetMember(member.Name))
                    .Select(inherited => Own(inherited, builder)).FirstOrDefault(found => found is not null)
                : null);

    private static ScalarType? Own(ICustomAttributeProvider attributes, SchemaBuilder builder)
    {
        if (attributes.IsDefined(typeof(IdAttribute), true))
        {
            return BuiltInScalars.Id;
        }

        return attributes.GetCustomAttributes(typeof(ScalarAttribute), true) is [ScalarAttribute hint, ..]
            ? builder.ScalarsByName.GetValueOrDefault(hint.Name)
                ?? throw new SchemaException($"There is no scalar {hint.Name}.")
            : null;
    }
}

internal static class Deprecation
{
    /// <summary>The reason; null when the member is not deprecated.</summary>
    public static string? Of(ICustomAttributeProvider member) =>
        member.GetCustomAttributes(typeof(GraphQLDeprecatedAttribute), true) is [GraphQLDeprecatedAttribute mark, ..]
            ? mark.Reason
            : null;
}
