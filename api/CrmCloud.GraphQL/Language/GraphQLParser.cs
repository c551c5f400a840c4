namespace CrmCloud.GraphQL.Language;

/// <summary>Reads GraphQL text of the September 2026 specification. Safe for hostile input.</summary>
/// <remarks>
/// Work is linear in the bytes, the stack is bounded by <see cref="ParserOptions.SyntaxDepth"/>, and every refusal is a
/// <see cref="GraphQLSyntaxException"/>; nothing else is thrown.
/// </remarks>
public static class GraphQLParser
{
    /// <param name="utf8">Kept by the nodes to tell line and column; must not change.</param>
    /// <exception cref="GraphQLSyntaxException">Not GraphQL, or over a limit.</exception>
    public static DocumentNode Parse(ReadOnlyMemory<byte> utf8, ParserOptions? options = null) =>
        Parse(new SourceText(utf8), options);

    /// <exception cref="GraphQLSyntaxException">Not GraphQL, or over a limit.</exception>
    public static DocumentNode Parse(string text, ParserOptions? options = null) =>
        Parse(SourceText.FromString(text), options);

    /// <exception cref="GraphQLSyntaxException">Not GraphQL, or over a limit.</exception>
    public static DocumentNode Parse(SourceText source, ParserOptions? options = null)
    {
        var parser = new DocumentParser(source, options ?? ParserOptions.Default);
        return parser.Document();
    }

    /// <summary>A value that may hold variables.</summary>
    /// <exception cref="GraphQLSyntaxException">Not GraphQL, or over a limit.</exception>
    public static ValueNode ParseValue(string text, ParserOptions? options = null)
    {
        var parser = new DocumentParser(SourceText.FromString(text), options ?? ParserOptions.Default);
        var value = parser.Value();
        parser.ExpectEnd();
        return value;
    }

    /// <summary>A value without variables.</summary>
    /// <exception cref="GraphQLSyntaxException">Not GraphQL, or over a limit.</exception>
    public static ValueNode ParseConstValue(string text, ParserOptions? options = null)
    {
        var parser = new DocumentParser(SourceText.FromString(text), options ?? ParserOptions.Default);
        var value = parser.ConstValue();
        parser.ExpectEnd();
        return value;
    }

    /// <summary>A reference to a type, such as <c>[Int!]</c>.</summary>
    /// <exception cref="GraphQLSyntaxException">Not GraphQL, or over a limit.</exception>
    public static TypeNode ParseType(string text, ParserOptions? options = null)
    {
        var parser = new DocumentParser(SourceText.FromString(text), options ?? ParserOptions.Default);
        var type = parser.Type();
        parser.ExpectEnd();
        return type;
    }
}
