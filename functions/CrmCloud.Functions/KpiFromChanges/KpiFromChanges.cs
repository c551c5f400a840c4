using CrmCloud.Core.Jobs;

namespace CrmCloud.Functions;

/// <summary>
/// Facts changed: whoever they belong to gets his figures, and all that follows from them, up to date.
/// </summary>
internal static class KpiFromChanges
{
    public static Task<string> RunAsync(Invocation call, TriggerWork work, CancellationToken stop) =>
        work.ReceiveAsync(nameof(KpiFromChanges), call, WakingKinds.OfInteractions, stop);
}
