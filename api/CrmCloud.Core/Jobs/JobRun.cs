using System.Globalization;
using System.Text.Json.Serialization;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

public enum JobKind
{
    Kpi,
    Segment,
    Rfm,
    Personalization,
    Roi,
    Forecast,
    Duplicates,
    RetentionSweep,
    BillingSync,
    WebhookDispatch,
    Bulk,
    Objective,
}

public enum JobTrigger
{
    Timer,
    ChangeFeed,
    Manual,
    DefinitionChange,
}

public enum JobStatus
{
    Queued,
    Running,
    Succeeded,
    PartiallyFailed,
    Failed,
    Canceled,
}

/// <summary>
/// What a worker did, for people who ask whether figures can be trusted. Kept 30 days after its last change.
/// </summary>
public sealed record JobRun : IDocument, INode
{
    /// <summary>
    /// 1 to 100 of a-z, A-Z, 0-9, '-'; known before the run begins, so a mutation can answer with it.
    /// </summary>
    [GraphQLIgnore]
    public required string RunId { get; init; }

    public required JobKind Kind { get; init; }

    public required JobTrigger Trigger { get; init; }

    /// <summary>Global id of what was computed; null when it was everything.</summary>
    [GraphQLIgnore]
    public string? TargetId { get; init; }

    public required JobStatus Status { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Documents or customers looked at.</summary>
    public int Processed { get; init; }

    /// <summary>Of those, how many could not be processed; see dead letters.</summary>
    public int Failed { get; init; }

    /// <summary>Stored figures that a recount found different from what it computed; null for other runs.</summary>
    [GraphQLIgnore]
    public int? Differences { get; init; }

    public int Attempt { get; init; } = 1;

    public decimal? RequestUnits { get; init; }

    /// <summary>For a person; never holds a value from the tenant's data.</summary>
    public string? Error { get; init; }

    [GraphQLIgnore]
    public long Version { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("JobRun", RunId);

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(RunId);

    [GraphQLIgnore, JsonIgnore]
    public TimeSpan? TimeToLive => TimeSpan.FromDays(30);

    public static DocumentKey KeyOf(string runId) => new(Container.Figures, "", $"jobrun/{runId}");

    /// <summary>A run that somebody asked for and no worker has begun.</summary>
    /// <param name="targetId">Global id of what is to be computed.</param>
    public static JobRun Asked(string runId, JobKind kind, string targetId, DateTimeOffset now) => new()
    {
        RunId = runId,
        Kind = kind,
        Trigger = JobTrigger.Manual,
        TargetId = targetId,
        Status = JobStatus.Queued,
        StartedAt = now,
    };

    /// <summary>The id of the one summary that all runs of a kind and trigger within an hour share.</summary>
    public static string HourlyId(JobKind kind, JobTrigger trigger, DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}-{trigger}-{at.UtcDateTime:yyyyMMddHH}");

    /// <summary>
    /// Adds a batch to its hour's summary. One document an hour, not one a batch: most batches are a single change.
    /// </summary>
    /// <param name="before">The summary so far, or null.</param>
    public static JobRun Summarize(
        JobRun? before, (JobKind Kind, JobTrigger Trigger) of, DateTimeOffset now, int processed, int failed)
    {
        var summary = before ?? new JobRun
        {
            RunId = HourlyId(of.Kind, of.Trigger, now),
            Kind = of.Kind,
            Trigger = of.Trigger,
            Status = JobStatus.Succeeded,
            StartedAt = now,
        };
        var failures = summary.Failed + failed;
        return summary with
        {
            FinishedAt = now,
            Processed = summary.Processed + processed,
            Failed = failures,
            Status = failures > 0 ? JobStatus.PartiallyFailed : JobStatus.Succeeded,
            Error = failures > 0 ? "Some documents could not be processed; see dead letters." : null,
        };
    }
}
