using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// Heads the figures of one bucket. Written in every batch of the bucket, so that two workers cannot both change its
/// totals from what they read: the second finds another version and reads again.
/// </summary>
public sealed record BucketLedger : IDocument
{
    public required string Bucket { get; init; }

    /// <summary>Of the settings under which this bucket's totals were made.</summary>
    public string? Stamp { get; init; }

    /// <summary>A recount is half written; nothing may be added to the totals until it is done again.</summary>
    public bool Recounting { get; init; }

    /// <summary>All profiles of the bucket are scored with these cuts, or 0.</summary>
    public int CutVersion { get; init; }

    /// <summary>How many customers stand where; keys as <see cref="Standing"/> makes them. No zeros.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Bucket);

    public static DocumentKey KeyOf(string bucket) => new(Container.Figures, bucket, "ledger/bucket");
}

/// <summary>Counts of customers by where they stand now: what is not a matter of periods.</summary>
public static class Standing
{
    public const string Customers = "customers";
    public const string Known = "known";
    public const string Consented = "consented";

    public static string Of(Lifecycle lifecycle) => "lifecycle/" + lifecycle;

    public static string Of(IdicStage stage) => "idic/" + stage;

    public static string Of(RfmGroup group) => "group/" + group;

    /// <summary>Gross of a group's customers, minor units.</summary>
    public static string GrossOf(RfmGroup group) => "gross/" + group;

    public static string Cell(int recency, int frequency, int monetary) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cell/{recency}-{frequency}-{monetary}");

    /// <summary>
    /// Adds what a profile stands for, or with sign -1 takes it out. A sum over customers is all there is.
    /// </summary>
    public static void Add(IDictionary<string, long> counts, StoredProfile? profile, int sign)
    {
        if (profile is null)
        {
            return;
        }

        Add(counts, Customers, sign);
        Add(counts, Of(profile.Lifecycle), sign);
        Add(counts, Of(profile.IdicStage), sign);
        Add(counts, Of(profile.RfmGroup), sign);
        Add(counts, GrossOf(profile.RfmGroup), sign * profile.MonetaryMinor);
        Add(counts, Known, profile.IsKnown ? sign : 0);
        Add(counts, Consented, profile.Consents.Any(c => c.IsGranted(profile.CountedAt)) ? sign : 0);
        if (profile.Rfm is { } scores)
        {
            Add(counts, Cell(scores.Recency, scores.Frequency, scores.Monetary), sign);
        }
    }

    /// <summary>
    /// What would have to be added to the second to make it equal the first; empty when they are equal.
    /// </summary>
    public static IReadOnlyDictionary<string, long> Difference(
        IReadOnlyDictionary<string, long> of, IReadOnlyDictionary<string, long> from)
    {
        var difference = new Dictionary<string, long>(of);
        foreach (var (key, value) in from)
        {
            Add(difference, key, -value);
        }

        return difference;
    }

    internal static void Add(IDictionary<string, long> counts, string key, long value)
    {
        var sum = checked((counts.TryGetValue(key, out var before) ? before : 0) + value);
        if (sum == 0)
        {
            counts.Remove(key);
        }
        else
        {
            counts[key] = sum;
        }
    }
}
