using System.Collections.Immutable;

namespace CrmCloud.GraphQL.Language;

/// <summary>A piece of a document. Nodes never change and may be shared between threads.</summary>
public abstract class SyntaxNode
{
    /// <summary>Where it was read; empty for a node made by hand.</summary>
    public SourceSpan Span { get; init; }

    /// <summary>The node as text, printed as graphql-js prints it.</summary>
    public override string ToString() => Printer.Print(this);
}

public sealed class NameNode : SyntaxNode
{
    /// <summary>Within one document equal names are the same string object.</summary>
    public required string Value { get; init; }
}

public sealed class DocumentNode : SyntaxNode
{
    public required ImmutableArray<DefinitionNode> Definitions { get; init; }

    /// <summary>Tokens read, comments not counted.</summary>
    public int TokenCount { get; init; }
}

/// <summary>
/// A top-level piece of a document: operation, fragment, or definition or extension of the type system.
/// </summary>
public abstract class DefinitionNode : SyntaxNode
{
    public StringValueNode? Description { get; init; }

    public ImmutableArray<DirectiveNode> Directives { get; init; } = [];
}
