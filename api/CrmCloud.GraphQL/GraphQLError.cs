using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL;

/// <summary>One entry of <c>errors</c> in an answer.</summary>
/// <param name="Message">For a person. Never a stack trace, a file name or text of an unexpected exception.</param>
public sealed record GraphQLError(string Message)
{
    /// <summary>Places in the document, in the order graphql-js gives them; empty when there is none.</summary>
    public IReadOnlyList<SourceLocation> Locations { get; init; } = [];

    /// <summary>Response names and list indexes (int) from the root to the field; null before execution.</summary>
    public IReadOnlyList<object>? Path { get; init; }

    /// <summary>Written as <c>extensions.code</c>; null when there is none.</summary>
    public string? Code { get; init; }

    /// <summary>Further extensions: string, bool, int, long, double or a list of strings.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }
}

/// <summary>
/// Thrown by a resolver to answer with an error of its own. Anything else thrown is a bug and is not shown.
/// </summary>
/// <param name="code">Written as <c>extensions.code</c>.</param>
/// <param name="message">Shown to the caller as it is.</param>
/// <param name="extensions">Further extensions: string, bool, int, long, double or a list of strings.</param>
public sealed class GraphQLRequestException(
    string code, string message, IReadOnlyDictionary<string, object?>? extensions = null) : Exception(message)
{
    public string Code { get; } = code;

    public IReadOnlyDictionary<string, object?>? Extensions { get; } = extensions;
}
