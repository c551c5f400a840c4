using System.Collections.Immutable;

namespace CrmCloud.GraphQL.Language;

public abstract class ValueNode : SyntaxNode;

public sealed class VariableNode : ValueNode
{
    public required NameNode Name { get; init; }
}

/// <summary>An integer of any length, as written.</summary>
public sealed class IntValueNode : ValueNode
{
    public required string Value { get; init; }
}

/// <summary>A number with a fraction or an exponent, as written.</summary>
public sealed class FloatValueNode : ValueNode
{
    public required string Value { get; init; }
}

public sealed class StringValueNode : ValueNode
{
    /// <summary>Escapes resolved; for a block string with its indentation removed.</summary>
    public required string Value { get; init; }

    public bool IsBlock { get; init; }
}

public sealed class BooleanValueNode : ValueNode
{
    public required bool Value { get; init; }
}

public sealed class NullValueNode : ValueNode;

public sealed class EnumValueNode : ValueNode
{
    public required string Value { get; init; }
}

public sealed class ListValueNode : ValueNode
{
    public required ImmutableArray<ValueNode> Values { get; init; }
}

public sealed class ObjectValueNode : ValueNode
{
    public required ImmutableArray<ObjectFieldNode> Fields { get; init; }
}

public sealed class ObjectFieldNode : SyntaxNode
{
    public required NameNode Name { get; init; }

    public required ValueNode Value { get; init; }
}

/// <summary>A reference to a type, as in <c>[Int!]</c>.</summary>
public abstract class TypeNode : SyntaxNode;

public sealed class NamedTypeNode : TypeNode
{
    public required NameNode Name { get; init; }
}

public sealed class ListTypeNode : TypeNode
{
    public required TypeNode Type { get; init; }
}

public sealed class NonNullTypeNode : TypeNode
{
    /// <summary>Never itself a non-null type.</summary>
    public required TypeNode Type { get; init; }
}
