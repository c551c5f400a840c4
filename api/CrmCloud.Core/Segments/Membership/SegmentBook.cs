using System.Text.Json.Serialization;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>
/// Which number stands for which segment in packed memberships, and what of each definition the worker has applied.
/// </summary>
internal sealed record SegmentBook : IDocument
{
    /// <summary>More memberships than this no customer can have.</summary>
    public const int MostNumbers = 2_000;

    /// <summary>Outcomes kept of each segment.</summary>
    private const int MostOutcomes = SegmentDefinition.MostRevisions;

    /// <summary>Numbers below are of the built-in segments: the RFM group's number and 1.</summary>
    private const int FirstOwn = 64;

    public int NextNumber { get; init; } = FirstOwn;

    public IReadOnlyList<BookEntry> Entries { get; init; } = [];

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf();

    public static DocumentKey KeyOf() => new(Container.Figures, "", "segments/book");

    public BookEntry? Find(string segmentId) => Entries.FirstOrDefault(entry => entry.SegmentId == segmentId);

    /// <summary>The book with a number for every segment. A number is never given again.</summary>
    public SegmentBook WithAll(IEnumerable<SegmentDefinition> definitions)
    {
        var known = Entries.Select(entry => entry.SegmentId).ToHashSet(StringComparer.Ordinal);
        var (next, added) = (NextNumber, new List<BookEntry>());
        foreach (var id in definitions.Select(definition => definition.SegmentId).Where(id => !known.Contains(id)))
        {
            added.Add(new BookEntry { Number = NumberOf(id) ?? next++, SegmentId = id });
        }

        return added.Count == 0 ? this : this with { NextNumber = next, Entries = [.. Entries, .. added] };
    }

    /// <summary>The book after definitions took effect.</summary>
    /// <param name="moves">How many entered and left, by number; null where nobody was evaluated.</param>
    public SegmentBook Applied(
        IReadOnlyList<SegmentPlan> plans, DateTimeOffset now, IReadOnlyDictionary<int, (int In, int Out)>? moves)
    {
        var byNumber = plans.ToDictionary(plan => plan.Number);
        return this with
        {
            Entries = [.. Entries
                .Where(entry => !byNumber.TryGetValue(entry.Number, out var plan) || plan.Definition is not null)
                .Select(entry => byNumber.TryGetValue(entry.Number, out var plan) ? Apply(entry, plan) : entry)],
        };

        BookEntry Apply(BookEntry entry, SegmentPlan plan)
        {
            var (entered, left) = moves?.GetValueOrDefault(entry.Number) ?? default;
            var outcome = new RevisionOutcome(plan.Revision, now, entered, left);
            return entry with
            {
                Applied = plan.Stamp,
                AppliedRevision = plan.Revision,
                AppliedAt = now,
                AppliedStatus = plan.Definition?.Status,
                Trouble = plan.Trouble,
                Outcomes = moves is null || entry.Outcomes.Any(one => one.Revision == plan.Revision)
                    ? entry.Outcomes
                    : [.. entry.Outcomes.TakeLast(MostOutcomes - 1), outcome],
            };
        }
    }

    private static int? NumberOf(string segmentId) =>
        RfmSegments.GroupOf(segmentId) is { } group ? (int)group + 1 : null;
}

internal sealed record BookEntry
{
    public required int Number { get; init; }

    public required string SegmentId { get; init; }

    /// <summary>Stamp of the definition that stored memberships follow; null before the first time.</summary>
    public string? Applied { get; init; }

    public int AppliedRevision { get; init; }

    public DateTimeOffset? AppliedAt { get; init; }

    public DefinitionStatus? AppliedStatus { get; init; }

    /// <summary>Why the rule cannot be evaluated, for a person; its members stay as they are. Null: it can.</summary>
    public string? Trouble { get; init; }

    /// <summary>Of its revisions, when each first took effect.</summary>
    public IReadOnlyList<RevisionOutcome> Outcomes { get; init; } = [];
}

/// <summary>What a revision changed when it first took effect.</summary>
public sealed record RevisionOutcome(int Revision, DateTimeOffset At, int Added, int Removed);

/// <summary>How far the memberships of a tenant and mode are.</summary>
internal sealed record SegmentState : IDocument
{
    /// <summary>When memberships last changed or were found up to date.</summary>
    public DateTimeOffset? ComputedAt { get; init; }

    /// <summary>When everybody was last evaluated anew.</summary>
    public DateTimeOffset? PassedAt { get; init; }

    public string? LastRunId { get; init; }

    /// <summary>Or something waits in the dead letters.</summary>
    public bool LastRunFailed { get; init; }

    /// <summary>The run that was begun and has not succeeded yet; the next visit takes it up again.</summary>
    public string? OpenRunId { get; init; }

    /// <summary>Members were found torn: everybody is evaluated anew as soon as possible.</summary>
    public bool IsInDoubt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf();

    public static DocumentKey KeyOf() => new(Container.Figures, "", "segments/state");
}
