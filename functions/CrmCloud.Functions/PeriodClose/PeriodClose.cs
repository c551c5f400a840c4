namespace CrmCloud.Functions;

/// <summary>
/// After every quarter of an hour, which is when somewhere a local day ends: tenants whose day, and with it perhaps a
/// week, month or year, ended since they were last visited. A late timer finds all of them.
/// </summary>
internal static class PeriodClose
{
    public static async Task<string> RunAsync(Invocation call, TriggerWork work, CancellationToken stop) =>
        TriggerWork.Report(await work.Rounds.DayEndedAsync(stop));
}
