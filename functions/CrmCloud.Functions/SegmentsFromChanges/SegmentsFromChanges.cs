using CrmCloud.Core.Jobs;

namespace CrmCloud.Functions;

/// <summary>Customers, consents, definitions or settings changed.</summary>
internal static class SegmentsFromChanges
{
    // A visit does everything, so one wake for a document is enough: PersonalizationFromChanges has its own kinds.
    public static Task<string> RunAsync(Invocation call, TriggerWork work, CancellationToken stop) => work.ReceiveAsync(
        nameof(SegmentsFromChanges), call,
        kind => WakingKinds.OfMaster(kind) && !PersonalizationFromChanges.Kinds.Contains(kind), stop);
}
