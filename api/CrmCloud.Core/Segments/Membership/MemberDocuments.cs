using System.Globalization;
using System.Text.Json.Serialization;
using CrmCloud.Core.Kpis;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>All memberships of some 128 customers of one bucket, and when time next changes one of them.</summary>
internal sealed record MemberGroup : IDocument
{
    public const string Kind = "members";

    /// <summary>Stands for "never" where stores must be able to sort. The year 9999.</summary>
    public const long Never = 253_402_300_799_000;

    public required string Bucket { get; init; }

    /// <summary>As <see cref="NameOf"/> makes it.</summary>
    public required string Name { get; init; }

    /// <summary>Form of <see cref="MemberPack.Encode"/>, in the order of the customers' numbers.</summary>
    public byte[] Packed { get; init; } = [];

    /// <summary>The earliest due instant of its customers, epoch milliseconds, or <see cref="Never"/>.</summary>
    public long NextDueAt { get; init; } = Never;

    /// <summary>The log to which moves are appended, such as <c>202611-00</c>; null before the first one.</summary>
    public string? Log { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Bucket, Name);

    /// <summary>Groups made under another number of bits have other names.</summary>
    public static string NameOf(int groupBits, int group) =>
        string.Create(CultureInfo.InvariantCulture, $"{groupBits:d2}-{group:x5}");

    public static DocumentKey KeyOf(string bucket, string name) => new(Container.Figures, bucket, $"{Kind}/{name}");
}

/// <summary>Who of a group entered and left what in a month, in the order in which it was found out.</summary>
internal sealed record MemberLog : IDocument
{
    public const string Kind = "memberlog";

    /// <summary>About 2,000 moves; a further one begins a new part.</summary>
    public const int FullBytes = 48 * 1024;

    public required string Bucket { get; init; }

    public required string Group { get; init; }

    /// <summary>Month and part, such as <c>202611-00</c>.</summary>
    public required string Part { get; init; }

    /// <summary>Form of <see cref="MemberPack.Append"/>.</summary>
    public byte[] Packed { get; init; } = [];

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Bucket, Group, Part);

    /// <summary>Three years after the last move.</summary>
    [JsonIgnore]
    public TimeSpan? TimeToLive => TimeSpan.FromDays(1_096);

    public static DocumentKey KeyOf(string bucket, string group, string part) =>
        new(Container.Figures, bucket, $"{Kind}/{group}/{part}");

    /// <summary>How the parts begin to which moves found at an instant go; in order of time.</summary>
    public static string MonthOf(DateTimeOffset at) =>
        PeriodCalendar.MonthOf(DateOnly.FromDateTime(at.UtcDateTime));
}

/// <summary>How many entered and left each segment on the local days of a month, in one bucket.</summary>
internal sealed record MemberCounts : IDocument
{
    public const string Kind = "membercounts";

    public required string Bucket { get; init; }

    /// <summary>Such as <c>202611</c>.</summary>
    public required string Month { get; init; }

    /// <summary>Form of <see cref="DayCounts.Encode"/>.</summary>
    public byte[] Packed { get; init; } = [];

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Bucket, Month);

    public static DocumentKey KeyOf(string bucket, string month) =>
        new(Container.Figures, bucket, $"{Kind}/{month}");
}

/// <summary>
/// Heads the memberships of one bucket. Written in every batch of the bucket, so that sizes are exact and two workers
/// cannot both change them from what they read: the second finds another version and reads again.
/// </summary>
internal sealed record MembershipLedger : IDocument
{
    public required string Bucket { get; init; }

    /// <summary>Customers are divided into 2^this groups. 0 to <see cref="GroupBits.Most"/>.</summary>
    public int Bits { get; init; }

    /// <summary>Every number of bits under which logs may have been written, this one included.</summary>
    public IReadOnlyList<int> UsedBits { get; init; } = [0];

    /// <summary>Form of <see cref="SegmentSizes.Encode"/>.</summary>
    public byte[] Sizes { get; init; } = [];

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Bucket);

    public static DocumentKey KeyOf(string bucket) =>
        new(Container.Figures, bucket, "membershipledger/bucket");
}
