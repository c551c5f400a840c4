using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>A type with a name. Named types of one schema are compared by identity.</summary>
public abstract class NamedType(string name) : GraphQLType
{
    public string Name { get; } = name;

    public string? Description { get; internal set; }

    /// <summary>Directives applied in the schema, in the order written; without specifiedBy and oneOf.</summary>
    public IReadOnlyList<AppliedDirective> AppliedDirectives => Applied;

    public override NamedType Named => this;

    /// <summary>Whether the type is part of every schema: built-in scalars and the introspection types.</summary>
    public bool IsBuiltIn { get; internal set; }

    /// <summary>The C# type bound to this one; null when built from SDL.</summary>
    public Type? ClrType { get; internal set; }

    internal List<AppliedDirective> Applied { get; } = [];

    /// <summary>
    /// The definition this was built from, so that an error can point at it; null when built from code.
    /// </summary>
    internal SyntaxNode? Syntax { get; set; }

    /// <summary>The <c>extend</c> definitions that added to this one.</summary>
    internal List<SyntaxNode> Extensions { get; } = [];

    public override string ToString() => Name;
}

/// <summary>A type with fields: an object or an interface.</summary>
public abstract class FieldsType(string name) : NamedType(name)
{
    public MemberList<Field> Fields { get; } = new();

    /// <summary>As declared. In a valid schema all of them are interfaces.</summary>
    public IReadOnlyList<NamedType> Interfaces => DeclaredInterfaces;

    internal List<NamedType> DeclaredInterfaces { get; } = [];

    /// <summary>
    /// Cost points of each field that returns the type, unless the field says otherwise; null for the default.
    /// </summary>
    public double? Cost { get; internal set; }

    /// <summary>Run before any resolver of a request that selects the type.</summary>
    internal List<Guard> Guards { get; } = [];
}

public sealed class ObjectType(string name) : FieldsType(name);

public sealed class InterfaceType(string name) : FieldsType(name);

public sealed class UnionType(string name) : NamedType(name)
{
    /// <summary>As declared. In a valid schema all of them are object types.</summary>
    public IReadOnlyList<NamedType> Members => DeclaredMembers;

    internal List<NamedType> DeclaredMembers { get; } = [];
}

public sealed class EnumType(string name) : NamedType(name)
{
    public MemberList<EnumValue> Values { get; } = new();
}

/// <param name="value">What resolvers see: the C# enum value, or the name when built from SDL.</param>
public sealed class EnumValue(string name, object value) : SchemaMember(name)
{
    public object Value { get; } = value;
}

public sealed class InputObjectType(string name) : NamedType(name)
{
    public MemberList<InputValue> Fields { get; } = new();

    /// <summary>Exactly one field must be given, and not as null.</summary>
    public bool IsOneOf { get; internal set; }

    /// <summary>
    /// Makes the C# object from values aligned with <see cref="Fields"/>; an absent field is
    /// <see cref="InputValue.Absent"/>. Null when built from SDL: the value is a dictionary.
    /// </summary>
    internal Func<object?[], object>? Create { get; set; }
}
