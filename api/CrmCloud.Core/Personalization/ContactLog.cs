using System.Text.Json.Serialization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

/// <summary>
/// What one customer was shown, for caps, and how far he came with each action, for counting him once.
/// </summary>
public sealed record ContactLog : IDocument
{
    /// <summary>More than any cap can ask about.</summary>
    public const int MostShows = 2_000;

    public required string CustomerId { get; init; }

    /// <summary>Oldest first; those of the longest span a cap can have.</summary>
    [Pii(PiiClass.Behavioral)]
    public IReadOnlyList<Show> Shows { get; init; } = [];

    /// <summary>One for each action that he was shown, or held out of.</summary>
    [Pii(PiiClass.Behavioral)]
    public IReadOnlyList<ActionTouch> Actions { get; init; } = [];

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId);

    public static DocumentKey KeyOf(string customerId) =>
        new(Container.Interactions, Buckets.Of(customerId), $"contactlog/{customerId}");

    public ActionTouch? Of(string actionId) => Actions.FirstOrDefault(touch => touch.ActionId == actionId);

    public ContactLog With(Show show) => this with
    {
        Shows = [.. Shows.Append(show).Where(s => s.At > show.At - FrequencyCap.Longest).OrderBy(s => s.At)
            .TakeLast(MostShows)],
    };

    public ContactLog With(ActionTouch touch) => this with
    {
        Actions = [.. Actions.Where(a => a.ActionId != touch.ActionId), touch],
    };
}

public sealed record Show(string ActionId, Channel Channel, DateTimeOffset At);

/// <param name="Control">
/// He was held out when he was first counted; his acceptances count for the control group.
/// </param>
/// <param name="Accepted">At least once.</param>
/// <param name="ComplainedAt">The first time; he is not shown it again.</param>
/// <param name="AcceptedAt">The last time; he is not offered it again at once.</param>
public sealed record ActionTouch(
    string ActionId, bool Control, bool Accepted, DateTimeOffset? ComplainedAt, DateTimeOffset? AcceptedAt = null);
