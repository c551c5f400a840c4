using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.GraphQL.Execution;

/// <summary>Executes GraphQL requests against one schema. One instance serves all requests at once.</summary>
/// <remarks>
/// The way of a request: bytes to a validated document (cached), to a plan (cached), variables, cost, guards, the
/// resolve phase for what may wait, the write phase for the rest.
/// </remarks>
public sealed class Executor
{
    private const string StreamNeeded =
        "Subscriptions are not served in one answer: send Accept: text/event-stream, or use a WebSocket.";

    private readonly DocumentCache _documents;
    private readonly ExecutorOptions _options;
    private readonly bool _hasStreams;

    public Executor(Schema schema, ExecutorOptions? options = null)
    {
        Schema = schema;
        _options = options ?? new ExecutorOptions();
        _documents = new DocumentCache(_options.Limits.CachedDocumentBytes);
        Types = new RuntimeTypes(schema);
        _hasStreams = schema.Subscription?.Fields.Any(field => field.Resolver is not null) == true;
    }

    public Schema Schema { get; }

    public QueryLimits Limits => _options.Limits;

    /// <summary>Parsed documents kept for the next time.</summary>
    public int CachedDocuments => _documents.Count;

    internal RuntimeTypes Types { get; }

    internal long Now => _options.Time.GetTimestamp();

    internal TimeProvider Time => _options.Time;

    /// <summary>Answers one request. Faults of the request or of resolvers are in the answer.</summary>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="stop"/> was cancelled: nobody waits for the answer.
    /// </exception>
    public ValueTask<ExecutionResult> ExecuteAsync(GraphQLRequest request, CancellationToken stop = default) =>
        Diagnostics.IsListened
            ? Diagnostics.MeasureAsync(() => AnswerAsync(request, stop), Time)
            : AnswerAsync(request, stop);

    /// <summary>
    /// The same for a transport that can carry a stream: a subscription is opened, all else is answered at once.
    /// </summary>
    /// <param name="stop">Ends the subscription, also after this task has completed.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async ValueTask<ExecutionStart> StartAsync(GraphQLRequest request, CancellationToken stop = default)
    {
        if (!_hasStreams)
        {
            return new ExecutionStart(await ExecuteAsync(request, stop).ConfigureAwait(false), null);
        }

        ExecutionStart start = default;
        var answer = await Diagnostics.MeasureAsync(async () =>
        {
            start = await OpenAsync(request, stop).ConfigureAwait(false);
            return start.Answer ?? new ExecutionResult(new JsonBuffer(16), ExecutionStage.Executed, [])
            {
                Operation = OperationKind.Subscription,
            };
        }, Time).ConfigureAwait(false);
        if (start.Events is null)
        {
            return new ExecutionStart(answer, null);
        }

        answer.Dispose();
        return start;
    }

    private async ValueTask<ExecutionStart> OpenAsync(GraphQLRequest request, CancellationToken stop)
    {
        try
        {
            var (prepared, refusal) = Prepare(request, maySubscribe: true);
            if (prepared is not { } work)
            {
                return new ExecutionStart(refusal, null);
            }

            if (work.Work.Plan.Operation.Operation == OperationKind.Subscription)
            {
                return await SubscriptionOpening.OpenAsync(work, stop).ConfigureAwait(false);
            }

            var answer = await new OperationRun(this, work.Work, work.Cost).RunAsync(stop).ConfigureAwait(false);
            return new ExecutionStart(answer, null);
        }
        catch (GraphQLRequestException refused)
        {
            return new ExecutionStart(Refuse(request, refused), null);
        }
    }

    private async ValueTask<ExecutionResult> AnswerAsync(GraphQLRequest request, CancellationToken stop)
    {
        try
        {
            var (prepared, refusal) = Prepare(request, maySubscribe: false);
            return prepared is not { } work
                ? refusal!
                : await new OperationRun(this, work.Work, work.Cost).RunAsync(stop).ConfigureAwait(false);
        }
        catch (GraphQLRequestException refused)
        {
            return Refuse(request, refused);
        }
    }

    internal void Report(Exception exception, GraphQLRequest request, IReadOnlyList<object>? path) =>
        _options.OnUnexpected?.Invoke(exception, request, path);

    internal GraphQLRequestException? Declared(Exception exception, GraphQLRequest request) =>
        exception as GraphQLRequestException ?? _options.Declare?.Invoke(exception, request);

    private ExecutionResult Refuse(GraphQLRequest request, GraphQLRequestException refused)
    {
        var error = new GraphQLError(refused.Message) { Code = refused.Code, Extensions = refused.Extensions };
        return Refuse(request, ExecutionStage.NotValid, [error]);
    }

    internal ExecutionResult Refuse(
        GraphQLRequest request, ExecutionStage stage, IReadOnlyList<GraphQLError> errors, int cost = 0)
    {
        var kept = Finished(errors.Take(Limits.Errors), () => request.RequestId);
        return new ExecutionResult(ResponseWriter.Errors(kept, ExtensionsOf(request, stage, cost, kept)), stage, kept)
        {
            Cost = cost,
        };
    }

    /// <summary>Errors as they are answered.</summary>
    internal IReadOnlyList<GraphQLError> Finished(IEnumerable<GraphQLError> errors, Func<string> requestId) =>
        _options.OnError is { } finish ? [.. errors.Select(error => finish(error, requestId()))] : [.. errors];

    internal IEnumerable<KeyValuePair<string, object?>>? ExtensionsOf(
        GraphQLRequest request, ExecutionStage stage, int cost, IReadOnlyList<GraphQLError> errors)
    {
        var own = _options.Extensions?.Invoke(request, new ExecutionSummary(stage, cost, errors));
        if (!_options.ReportCost || cost == 0)
        {
            return own;
        }

        var measured = new Dictionary<string, object?> { ["requested"] = cost, ["maximum"] = Limits.CostPoints };
        return (own ?? []).Prepend(new("cost", measured));
    }

    private (PreparedWork? Work, ExecutionResult? Refusal) Prepare(GraphQLRequest request, bool maySubscribe)
    {
        var (document, refusal) = Read(request);
        if (document is null)
        {
            return (null, refusal);
        }

        var (operation, root, problem) = Choose(document.Document, request, maySubscribe);
        if (problem is not null || operation is null || root is null)
        {
            return (null, problem);
        }

        var (variables, errors) = VariableValues.Coerce(
            Schema, operation, request.Variables, request.Suggestions, Limits.VariableErrors);
        if (variables is null)
        {
            return (null, Refuse(request, ExecutionStage.Refused, errors));
        }

        var plan = document.PlanFor(Schema, operation, root, variables);
        if (plan.HasGrown)
        {
            _documents.Recount(document);
        }

        return Check(new RequestWork(this, request, plan, variables));
    }

    private (CompiledDocument? Document, ExecutionResult? Refusal) Read(GraphQLRequest request)
    {
        var known = _documents.Find(request.Document.Span);
        Diagnostics.LookedUp(known is not null);
        if (known is not null)
        {
            return (known, null);
        }

        var key = request.Document.ToArray();
        try
        {
            var parsed = GraphQLParser.Parse(key, Limits.Document);
            var errors = _options.Validate
                ? DocumentValidator.Validate(
                    Schema, parsed, Limits.Operation with { Suggestions = request.Suggestions })
                : [];
            if (errors.Count > 0)
            {
                return (null, Refuse(request, ExecutionStage.NotValid, errors));
            }

            var document = new CompiledDocument(key, parsed);
            _documents.Add(document);
            return (document, null);
        }
        catch (GraphQLSyntaxException fault)
        {
            var error = new GraphQLError(fault.Message) { Code = fault.Code, Locations = [fault.Location] };
            return (null, Refuse(request, ExecutionStage.NotParsed, [error]));
        }
    }

    private (OperationDefinitionNode?, ObjectType?, ExecutionResult?) Choose(
        DocumentNode document, GraphQLRequest request, bool maySubscribe)
    {
        OperationDefinitionNode? chosen = null;
        var count = 0;
        foreach (var definition in document.Definitions)
        {
            if (definition is OperationDefinitionNode candidate
                && (request.OperationName is null || candidate.Name?.Value == request.OperationName))
            {
                chosen ??= candidate;
                count++;
            }
        }

        if (chosen is null || (count > 1 && request.OperationName is null))
        {
            return (null, null, Refuse(request, ExecutionStage.Refused, [NoOperation(request.OperationName, count)]));
        }

        if (request.QueriesOnly && chosen.Operation != OperationKind.Query
            && !(maySubscribe && chosen.Operation == OperationKind.Subscription))
        {
            var error = new GraphQLError($"Can only perform a {Name(chosen)} operation from a POST request.")
            {
                Code = "METHOD_NOT_ALLOWED",
            };
            return (null, null, Refuse(request, ExecutionStage.WrongMethod, [error]));
        }

        if (chosen.Operation == OperationKind.Subscription && _hasStreams && !maySubscribe)
        {
            var error = new GraphQLError(StreamNeeded) { Code = "STREAM_NEEDED" };
            return (null, null, Refuse(request, ExecutionStage.Refused, [error]));
        }

        return Schema.RootOf(chosen.Operation) is { } root ? (chosen, root, null) : (null, null, Refuse(
            request,
            ExecutionStage.Refused,
            [new($"Schema is not configured to execute {Name(chosen)} operation.") { Locations = Places.Of(chosen) }]));
    }

    private static string Name(OperationDefinitionNode operation) => operation.Operation.ToString().ToLowerInvariant();

    private static GraphQLError NoOperation(string? name, int count) => new(
        count > 1 ? "Must provide operation name if query contains multiple operations."
        : name is null ? "Must provide an operation."
        : $"Unknown operation named \"{name}\".") { Code = "OPERATION_NOT_FOUND" };

    /// <summary>Page sizes and cost, then guards: nothing has run yet.</summary>
    private (PreparedWork? Work, ExecutionResult? Refusal) Check(RequestWork work)
    {
        var plan = work.Plan;
        if (plan.KnownCost is not { } cost)
        {
            var model = new CostModel(work, Limits);
            cost = model.Measure();
            if (model.Refusal is { } refusal)
            {
                return (null, Refuse(work.Request, ExecutionStage.Refused, [refusal]));
            }

            // Without variables the next request costs the same.
            plan.KnownCost = work.Variables == VariableValues.None ? cost : null;
        }

        if (cost > Limits.CostPoints)
        {
            return (null, Refuse(work.Request, ExecutionStage.Refused, [TooExpensive(cost)], cost));
        }

        var refusals = plan.Root.Checks.Count == 0 ? [] : GuardCheck.Run(plan.Root.Checks, work).ToList();
        return refusals.Count == 0
            ? (new PreparedWork(work, cost), null)
            : (null, Refuse(work.Request, ExecutionStage.Refused, refusals, cost));
    }

    private GraphQLError TooExpensive(int cost) =>
        new($"The operation costs {cost} points; at most {Limits.CostPoints} are allowed. "
            + "Ask for fewer fields or smaller pages.")
        {
            Code = "COST_LIMIT_EXCEEDED",
            Extensions = new Dictionary<string, object?>
            {
                ["limit"] = "CostPoints", ["maximum"] = Limits.CostPoints, ["measured"] = cost,
            },
        };
}

/// <summary>A request that may run.</summary>
internal readonly record struct PreparedWork(RequestWork Work, int Cost);
