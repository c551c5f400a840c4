namespace CrmCloud.Core.Jobs;

/// <summary>Which changes of a container call for a visit, for hosts that follow everybody's change feed.</summary>
public static class WakingKinds
{
    // Written beside something that wakes by itself, or for the pipeline's own use; they change no figure.
    private static readonly HashSet<string> Idle = ["audit", "claim", "reservation", "marker", "app", "upload", "bulk"];

    /// <summary>Facts: all of them.</summary>
    public static bool OfInteractions(string kind) => true;

    /// <summary>Customers, consents, definitions, settings, actions.</summary>
    public static bool OfMaster(string kind) => !Idle.Contains(kind);
}
