namespace CrmCloud.GraphQL.Execution;

/// <summary>How operations are executed.</summary>
public sealed class ExecutorOptions
{
    public QueryLimits Limits { get; init; } = QueryLimits.Default;

    /// <summary>Whether documents are validated. Off only for documents that are known to be valid.</summary>
    public bool Validate { get; init; } = true;

    /// <summary>Whether answers have <c>extensions.cost</c>. Default yes.</summary>
    public bool ReportCost { get; init; } = true;

    /// <summary>
    /// Told of each exception that is not shown to the caller, with the path of the field. Must not throw.
    /// </summary>
    public Action<Exception, GraphQLRequest, IReadOnlyList<object>?>? OnUnexpected { get; init; }

    /// <summary>
    /// What a caller is told of an exception that is an outside failure and no bug; null for a bug. Must not throw.
    /// </summary>
    public Func<Exception, GraphQLRequest, GraphQLRequestException?>? Declare { get; init; }

    /// <summary>
    /// Further <c>extensions</c> of an answer: names with strings, numbers, booleans, lists and maps of these.
    /// </summary>
    public Func<GraphQLRequest, ExecutionSummary, IEnumerable<KeyValuePair<string, object?>>>? Extensions { get; init; }

    /// <summary>
    /// The last word on every error that is answered, whoever made it, with the id of its request. Must not throw.
    /// </summary>
    public Func<GraphQLError, string, GraphQLError>? OnError { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>What is known when the extensions of an answer are written.</summary>
/// <param name="Cost">Cost points of the operation; 0 when it was refused before it was measured.</param>
public sealed record ExecutionSummary(ExecutionStage Stage, int Cost, IReadOnlyList<GraphQLError> Errors);
