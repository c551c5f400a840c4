using System.Text;

namespace CrmCloud.GraphQL.Execution;

/// <summary>How far a request came.</summary>
public enum ExecutionStage
{
    /// <summary>The document is not GraphQL, or larger than a limit of the parser.</summary>
    NotParsed,

    /// <summary>The document does not fit the schema or a limit.</summary>
    NotValid,

    /// <summary>The operation, its variables, its cost or a guard was refused; no resolver ran.</summary>
    Refused,

    /// <summary>A mutation over a transport for queries only.</summary>
    WrongMethod,

    /// <summary>The source of a subscription failed, or its caller may no longer listen; no event follows.</summary>
    StreamFailed,

    /// <summary>Resolvers ran; there is <c>data</c>, be it null.</summary>
    Executed,
}

/// <summary>The answer to one request as JSON. Dispose it to give its memory back.</summary>
public sealed class ExecutionResult : IDisposable
{
    private readonly JsonBuffer _json;

    internal ExecutionResult(JsonBuffer json, ExecutionStage stage, IReadOnlyList<GraphQLError> errors)
    {
        _json = json;
        Stage = stage;
        Errors = errors;
    }

    public ExecutionStage Stage { get; }

    public IReadOnlyList<GraphQLError> Errors { get; }

    /// <summary>Cost points of the operation; 0 when it was not measured.</summary>
    public int Cost { get; internal init; }

    /// <summary>Kind of the operation; null when the request was refused before it was executed.</summary>
    internal Language.OperationKind? Operation { get; init; }

    /// <summary>The whole answer as UTF-8. Valid until disposed.</summary>
    public ReadOnlyMemory<byte> Json => _json.Written;

    public override string ToString() => Encoding.UTF8.GetString(Json.Span);

    public void Dispose() => _json.Dispose();
}
