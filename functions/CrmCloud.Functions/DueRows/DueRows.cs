namespace CrmCloud.Functions;

/// <summary>
/// Every minute: tenants for whom time alone changed something (due rows, models, the nightly recount).
/// </summary>
internal static class DueRows
{
    public static async Task<string> RunAsync(Invocation call, TriggerWork work, CancellationToken stop) =>
        TriggerWork.Report(await work.Rounds.DueAsync(stop));
}
