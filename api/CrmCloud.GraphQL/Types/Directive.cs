using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Types;

/// <summary>Where a directive may stand, named as in the specification.</summary>
public static class DirectiveLocation
{
    public static IReadOnlySet<string> Executable { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    };

    public static IReadOnlySet<string> TypeSystem { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM",
        "ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION", "DIRECTIVE_DEFINITION",
    };

    /// <summary>All locations in the order of the specification, executable ones first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Executable, .. TypeSystem];
}

/// <summary>The definition of a directive.</summary>
public sealed class Directive(string name, IReadOnlyList<string> locations) : SchemaMember(name)
{
    /// <summary>Names of <see cref="DirectiveLocation"/>, in the order declared.</summary>
    public IReadOnlyList<string> Locations { get; internal set; } = locations;

    public MemberList<InputValue> Arguments { get; } = new();

    public bool IsRepeatable { get; internal set; }

    /// <summary>What it does with a field of a request; null when only others make something of it.</summary>
    internal FieldChange? Change { get; init; }

    /// <summary>Part of every schema and not printed: skip, include, deprecated, specifiedBy, oneOf.</summary>
    public bool IsSpecified { get; internal set; }
}
