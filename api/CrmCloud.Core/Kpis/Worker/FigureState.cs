using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// What is true of all figures of a tenant and mode at once: under which settings, and when they are due.
/// </summary>
public sealed record FigureState : IDocument
{
    /// <summary>Of the settings that stored figures were made with; null before the first run.</summary>
    public string? Stamp { get; init; }

    /// <summary>Counts changes of the stamp, from 1; values keep the revision they were made with.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>When figures last changed or were found up to date.</summary>
    public DateTimeOffset? ComputedAt { get; init; }

    /// <summary>A recount was begun and not ended: stored totals must not be trusted until one ends.</summary>
    public bool Recounting { get; init; }

    public DateTimeOffset? RecountedAt { get; init; }

    /// <summary>The nightly recount, 02:15 in the tenant's zone.</summary>
    public DateTimeOffset? NextNightlyAt { get; init; }

    /// <summary>The earliest due row, epoch milliseconds; null when time alone changes nothing.</summary>
    public long? NextDueAt { get; init; }

    /// <summary>The last run that recounted or summarized changes; null before the first.</summary>
    public string? LastRunId { get; init; }

    /// <summary>The last run left something out.</summary>
    public bool LastRunFailed { get; init; }

    public RfmCuts? Cuts { get; init; }

    /// <summary>Customers changed since the cuts were last compared with what they would be now.</summary>
    public int ChangedSinceCuts { get; init; }

    public DateTimeOffset? CutsComparedAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf();

    public static DocumentKey KeyOf() => new(Container.Figures, "", "figures/state");
}

/// <summary>
/// Asks the worker for a recount; the run it names exists already as QUEUED. Removed when it was done.
/// </summary>
public sealed record RecountRequest : IDocument
{
    public required string RunId { get; init; }

    /// <summary>Also make the packed histories anew from the facts themselves. Costs a read of every fact.</summary>
    public bool Rebuild { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(RunId);

    public static DocumentKey KeyOf(string runId) => new(Container.Figures, "", $"recountrequest/{runId}");
}
