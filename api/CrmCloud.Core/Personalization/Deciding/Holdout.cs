namespace CrmCloud.Core.Personalization.Deciding;

/// <summary>
/// Who is in the control group: decided by a salted hash, so it needs no memory and nobody can choose it.
/// </summary>
public static class Holdout
{
    /// <param name="salt">The tenant's secret, of <see cref="DecidingSettings"/>.</param>
    /// <param name="experiment">
    /// Key of the action or of the whole programme. Groups of different keys are independent of each other.
    /// </param>
    /// <param name="share">0 to 1: how many of all customers. A larger share keeps everybody who was in.</param>
    public static bool Contains(string salt, string experiment, string customer, double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        var place = Chance.SeedOf(salt, "holdout", experiment, customer) >> 11;
        return place < share * (1UL << 53);
    }
}
