using System.Reflection;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>A field of an object or interface type.</summary>
public sealed class Field(string name, GraphQLType type) : SchemaMember(name)
{
    public GraphQLType Type { get; internal set; } = type;

    public MemberList<InputValue> Arguments { get; } = new();

    /// <summary>The C# member the field was bound from; null when built from SDL or by hand.</summary>
    public MemberInfo? Member { get; internal set; }

    /// <summary>Null when built from SDL: the value is the property of that name.</summary>
    internal Resolver? Resolver { get; set; }

    /// <summary>Run before any resolver of a request that selects the field.</summary>
    internal List<Guard> Guards { get; } = [];

    /// <summary>Cost points as declared; null for the default.</summary>
    public double? Cost { get; internal set; }

    /// <summary>How long the returned list can be; null when nothing is declared.</summary>
    public ListSizeAttribute? ListSize { get; internal set; }
}

/// <summary>An argument of a field or directive, or a field of an input object.</summary>
public sealed class InputValue(string name, GraphQLType type) : SchemaMember(name)
{
    /// <summary>Stands for "not given" in arrays of coerced values; null means given as null.</summary>
    public static readonly object Absent = new AbsentValue();

    public GraphQLType Type { get; internal set; } = type;

    /// <summary>A constant; null when there is no default, a null literal when the default is null.</summary>
    public ValueNode? DefaultValue { get; internal set; }

    /// <summary>Non-null and without a default: leaving it out is an error.</summary>
    public bool IsRequired => Type.IsNonNull && DefaultValue is null;

    /// <summary>Cost points added when the argument is given.</summary>
    public double Cost { get; internal set; }

    /// <summary>Turns a coerced value into what the bound C# parameter takes; null when it already is.</summary>
    internal Func<object?, object?>? Bind { get; set; }

    private sealed class AbsentValue
    {
        public override string ToString() => "absent";
    }
}
