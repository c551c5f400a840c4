using CrmCloud.Core.Jobs;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Kpis.Api;

/// <param name="Id">The indicator one doubts; one recount serves all of them.</param>
/// <param name="Rebuild">
/// Also make the packed histories anew from the facts themselves. Costs a read of every fact.
/// </param>
public sealed record RecomputeInput([property: Id] string Id, bool Rebuild = false);

/// <param name="Run">Queued; ask `node` or `jobRuns` how it goes.</param>
public sealed record KpiRecomputePayload(JobRun? Run);

public sealed class KpiMutations
{
    /// <summary>
    /// Counts everything anew, writes what differs, says how much did, and tries again what could not be processed.
    /// Figures stay readable meanwhile.
    /// </summary>
    [Mutation, RequiresScope(Scope.ObjectivesWrite)]
    public Task<Outcome<Change<KpiRecomputePayload>>> KpiRecomputeAsync(RecomputeInput input, Caller caller) =>
        Task.FromResult(Recompute(input, caller));

    private static Outcome<Change<KpiRecomputePayload>> Recompute(RecomputeInput input, Caller caller)
    {
        if (GlobalId.Local(input.Id, "Kpi") is not { } key || IndicatorCatalog.Find(key) is null)
        {
            return Problems.NotFound("indicator", "input.id");
        }

        var run = JobRun.Asked(caller.Ids.Next().ToString("N"), JobKind.Kpi, input.Id, caller.Now);
        var request = new RecountRequest { RunId = run.RunId, Rebuild = input.Rebuild, RequestedAt = caller.Now };
        return new Change<KpiRecomputePayload>(new(run with { Version = 1 })) { WantsVisit = true }
            .With(null, run).With(null, request);
    }
}
