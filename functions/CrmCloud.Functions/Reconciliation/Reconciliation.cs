namespace CrmCloud.Functions;

/// <summary>
/// Every hour: the schedule of visits is compared with the directory; new tenants are visited at once.
/// </summary>
internal static class Reconciliation
{
    public static async Task<string> RunAsync(Invocation call, TriggerWork work, CancellationToken stop)
    {
        var (made, removed) = await work.Rounds.ReconcileAsync(stop);
        return $"{made} places made, {removed} removed; " + TriggerWork.Report(await work.Rounds.DueAsync(stop));
    }
}
