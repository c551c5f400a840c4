namespace CrmCloud.Functions;

/// <summary>Customers, consents, definitions or settings changed.</summary>
internal static class SegmentsFromChanges
{
    // Written beside something that wakes by itself, or for the pipeline's own use; they change no figure.
    private static readonly HashSet<string> Idle = ["audit", "claim", "reservation", "marker", "app", "upload", "bulk"];

    // A visit does everything, so one wake for a document is enough: PersonalizationFromChanges has its own kinds.
    public static Task<string> RunAsync(Invocation call, TriggerWork work, CancellationToken stop) => work.ReceiveAsync(
        nameof(SegmentsFromChanges), call,
        kind => !Idle.Contains(kind) && !PersonalizationFromChanges.Kinds.Contains(kind), stop);
}
