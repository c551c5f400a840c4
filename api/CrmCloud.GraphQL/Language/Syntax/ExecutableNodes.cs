using System.Collections.Immutable;

namespace CrmCloud.GraphQL.Language;

public enum OperationKind
{
    Query,
    Mutation,
    Subscription,
}

public sealed class OperationDefinitionNode : DefinitionNode
{
    public required OperationKind Operation { get; init; }

    public NameNode? Name { get; init; }

    public ImmutableArray<VariableDefinitionNode> VariableDefinitions { get; init; } = [];

    public required SelectionSetNode SelectionSet { get; init; }
}

public sealed class FragmentDefinitionNode : DefinitionNode
{
    public required NameNode Name { get; init; }

    /// <summary>
    /// Always empty unless <see cref="ParserOptions.LegacyFragmentVariables"/> is on; nothing executes them.
    /// </summary>
    public ImmutableArray<VariableDefinitionNode> VariableDefinitions { get; init; } = [];

    public required NamedTypeNode TypeCondition { get; init; }

    public required SelectionSetNode SelectionSet { get; init; }
}

public sealed class VariableDefinitionNode : SyntaxNode
{
    public StringValueNode? Description { get; init; }

    public required VariableNode Variable { get; init; }

    public required TypeNode Type { get; init; }

    public ValueNode? DefaultValue { get; init; }

    public ImmutableArray<DirectiveNode> Directives { get; init; } = [];
}

public sealed class SelectionSetNode : SyntaxNode
{
    /// <summary>May be empty: <c>{}</c> is allowed since September 2026.</summary>
    public required ImmutableArray<SelectionNode> Selections { get; init; }
}

public abstract class SelectionNode : SyntaxNode
{
    public ImmutableArray<DirectiveNode> Directives { get; init; } = [];
}

public sealed class FieldNode : SelectionNode
{
    public NameNode? Alias { get; init; }

    public required NameNode Name { get; init; }

    public ImmutableArray<ArgumentNode> Arguments { get; init; } = [];

    /// <summary>Null without braces; with braces it may be empty.</summary>
    public SelectionSetNode? SelectionSet { get; init; }

    /// <summary>The alias, or else the name.</summary>
    public string ResponseName => (Alias ?? Name).Value;
}

public sealed class FragmentSpreadNode : SelectionNode
{
    public required NameNode Name { get; init; }
}

public sealed class InlineFragmentNode : SelectionNode
{
    public NamedTypeNode? TypeCondition { get; init; }

    public required SelectionSetNode SelectionSet { get; init; }
}

public sealed class ArgumentNode : SyntaxNode
{
    public required NameNode Name { get; init; }

    public required ValueNode Value { get; init; }
}

public sealed class DirectiveNode : SyntaxNode
{
    public required NameNode Name { get; init; }

    public ImmutableArray<ArgumentNode> Arguments { get; init; } = [];
}
