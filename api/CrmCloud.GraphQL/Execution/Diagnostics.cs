using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// What the library tells tracing and metrics: kinds, stages, codes and counts, never names or values a caller sent.
/// </summary>
public static class Diagnostics
{
    /// <summary>Name of the ActivitySource and of the Meter.</summary>
    public const string Name = "CrmCloud.GraphQL";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "graphql.requests", "{request}", "Requests answered, by operation and stage.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "graphql.request.duration", "s", "Time from the bytes of a request to those of its answer.");

    private static readonly Histogram<int> Cost = Meter.CreateHistogram<int>(
        "graphql.request.cost", "{point}", "Cost points of executed operations.");

    private static readonly Counter<long> Errors = Meter.CreateCounter<long>(
        "graphql.errors", "{error}", "Errors in answers, by code.");

    private static readonly Counter<long> Documents = Meter.CreateCounter<long>(
        "graphql.document_cache.lookups", "{lookup}", "Documents looked up, by whether they were found parsed.");

    internal static UpDownCounter<long> Subscriptions { get; } = Meter.CreateUpDownCounter<long>(
        "graphql.subscriptions", "{subscription}", "Subscriptions that are open.");

    internal static UpDownCounter<long> Connections { get; } = Meter.CreateUpDownCounter<long>(
        "graphql.connections", "{connection}", "WebSockets and event streams that are open.");

    /// <summary>Whether anybody listens; without a listener requests are not measured.</summary>
    internal static bool IsListened =>
        Requests.Enabled || Duration.Enabled || Cost.Enabled || Errors.Enabled || Source.HasListeners();

    internal static void LookedUp(bool found)
    {
        if (Documents.Enabled)
        {
            Documents.Add(1, new KeyValuePair<string, object?>("found", found));
        }
    }

    internal static async ValueTask<ExecutionResult> MeasureAsync(
        Func<ValueTask<ExecutionResult>> execute, TimeProvider time)
    {
        using var activity = Source.StartActivity("graphql.request", ActivityKind.Server);
        var started = time.GetTimestamp();
        var result = await execute().ConfigureAwait(false);
        Record(result, time.GetElapsedTime(started), activity);
        return result;
    }

    private static void Record(ExecutionResult result, TimeSpan took, Activity? activity)
    {
        var operation = result.Operation?.ToString().ToLowerInvariant() ?? "none";
        var stage = result.Stage.ToString();
        var tags = new TagList { { "graphql.operation.type", operation }, { "graphql.stage", stage } };
        Requests.Add(1, tags);
        Duration.Record(took.TotalSeconds, tags);
        if (result.Stage == ExecutionStage.Executed)
        {
            Cost.Record(result.Cost, tags);
        }

        foreach (var error in result.Errors)
        {
            Errors.Add(1, new KeyValuePair<string, object?>("code", error.Code ?? "GRAPHQL"));
        }

        activity?.SetTag("graphql.operation.type", operation).SetTag("graphql.stage", stage)
            .SetTag("graphql.cost", result.Cost).SetTag("graphql.errors", result.Errors.Count)
            .SetStatus(result.Errors.Count == 0 ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
    }
}
