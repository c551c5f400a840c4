using CrmCloud.Core.Jobs;

namespace CrmCloud.Core.Kpis;

public enum StaleReason
{
    DefinitionChanged,
    SourceDataChanged,
    RunFailed,
    RunOverdue,
    PlanPaused,
}

/// <summary>Attached to every computed value, so that nobody takes a stale one for fresh.</summary>
/// <param name="ComputedAt">When figures last changed or were found up to date.</param>
/// <param name="AsOf">Data considered up to this instant.</param>
/// <param name="NextRunAt">Next planned recomputation; null when triggered by change only.</param>
public sealed record Freshness(
    DateTimeOffset ComputedAt, DateTimeOffset AsOf, StaleReason? StaleReason, DateTimeOffset? NextRunAt,
    JobRun? LastRun)
{
    public bool Stale => StaleReason is not null;
}
