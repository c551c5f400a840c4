namespace CrmCloud.GraphQL.Language;

/// <summary>
/// The one thing the parser throws: the document is not GraphQL, or it is larger than a limit allows.
/// </summary>
/// <remarks>Messages are those of graphql-js 16, so that what people search for is found.</remarks>
public sealed class GraphQLSyntaxException : Exception
{
    /// <summary>Code of a document that is not GraphQL.</summary>
    public const string NotGraphQL = "GRAPHQL_PARSE_FAILED";

    /// <summary>Code of a document that a named limit of <see cref="ParserOptions"/> refuses.</summary>
    public const string OverLimit = "GRAPHQL_LIMIT_EXCEEDED";

    internal GraphQLSyntaxException(string reason, SourceLocation location, string code = NotGraphQL)
        : base("Syntax Error: " + reason)
    {
        Location = location;
        Code = code;
    }

    public SourceLocation Location { get; }

    public string Code { get; }
}
