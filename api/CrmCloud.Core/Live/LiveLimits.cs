namespace CrmCloud.Core.Live;

/// <summary>What subscriptions of the product may take, and how they keep up.</summary>
public static class LiveLimits
{
    /// <summary>Subscriptions of one tenant at once in this process; one more is TOO_MANY_SUBSCRIPTIONS.</summary>
    public const int SubscriptionsPerTenant = 200;

    /// <summary>Moves or entries that wait for one subscriber; see <see cref="Patience"/>.</summary>
    public const int Buffered = 1_024;

    /// <summary>
    /// How long a tenant's moves or entries wait for a subscriber whose buffer is full, before he is ended with
    /// SUBSCRIBER_TOO_SLOW.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often the store is looked at for what other processes saved there. What this one saves is seen at once.
    /// </summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
}
