using System.Globalization;
using System.Xml;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

/// <summary>How much of a cap is used.</summary>
/// <param name="NextAt">When it next leaves room; null where it does now.</param>
public sealed record CapUse(FrequencyCap Cap, int Used, DateTimeOffset? NextAt)
{
    public bool Allows => NextAt is null;

    public int Remaining => Math.Max(0, Cap.Max - Used);

    /// <summary>Such as "2 of 2 in 7 days, next on 2026-03-09 09:00 UTC".</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture,
        $"{Used} of {Cap.Max} in {Span(Cap.Per)}{(NextAt is { } next ? $", next on {Minute(next)} UTC" : "")}");

    /// <param name="contacts">Instants in any order; those after now count too.</param>
    public static CapUse Of(FrequencyCap cap, IEnumerable<DateTimeOffset> contacts, DateTimeOffset now)
    {
        var within = contacts.Where(at => at > now - cap.Per).OrderDescending().ToList();
        return new(cap, within.Count, within.Count < cap.Max ? null : within[cap.Max - 1] + cap.Per);
    }

    /// <summary>Whether one more contact at an instant keeps every span of the cap's length within it.</summary>
    public static bool HasRoom(FrequencyCap cap, IEnumerable<DateTimeOffset> contacts, DateTimeOffset at)
    {
        var all = contacts.Append(at).Order().ToList();
        return Enumerable.Range(0, Math.Max(0, all.Count - cap.Max))
            .All(i => all[i + cap.Max] - all[i] >= cap.Per);
    }

    private static string Minute(DateTimeOffset at) =>
        at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Span(TimeSpan per) =>
        per == TimeSpan.FromDays(1) ? "1 day"
        : per.Ticks % TimeSpan.TicksPerDay == 0 ? $"{per.Days} days"
        : XmlConvert.ToString(per);
}

/// <summary>
/// Everything by which a customer was addressed: recommendations that he was shown, and outbound interactions.
/// </summary>
internal sealed class Contacts(IReadOnlyList<Show> shows, IReadOnlyList<Interaction> outbound)
{
    private const int MostOutbound = 1_000;

    public IEnumerable<DateTimeOffset> OfAction(string actionId) =>
        shows.Where(show => show.ActionId == actionId).Select(show => show.At);

    public IEnumerable<DateTimeOffset> OfChannel(Channel channel) =>
        shows.Where(show => show.Channel == channel).Select(show => show.At)
            .Concat(outbound.Where(contact => contact.Channel == channel).Select(contact => contact.At));

    public IEnumerable<DateTimeOffset> All =>
        shows.Select(show => show.At).Concat(outbound.Select(contact => contact.At));

    /// <param name="caps">That will be asked about; without one nothing is read.</param>
    public static async Task<Contacts> LoadAsync(
        Caller caller, string customerId, ContactLog? log, IEnumerable<FrequencyCap?> caps, CancellationToken stop)
    {
        var longest = caps.OfType<FrequencyCap>().Select(cap => cap.Per).DefaultIfEmpty().Max();
        var outbound = longest == default ? [] : await OutboundAsync(caller, customerId, longest, stop);
        return new(log?.Shows ?? [], outbound);
    }

    // A cap is at most 1,000, so the newest thousand tell whether one is used up.
    private static async Task<IReadOnlyList<Interaction>> OutboundAsync(
        Caller caller, string customerId, TimeSpan span, CancellationToken stop)
    {
        var query = new Query(Container.Interactions, Buckets.Of(customerId), "interaction")
        {
            Where =
            [
                new("customerId", Comparison.Equal, customerId),
                new("at", Comparison.Greater, SortText.Of(caller.Now - span)),
                new("at", Comparison.LessOrEqual, SortText.Of(caller.Now)),
                new("direction", Comparison.Equal, FlowDirection.Outbound.ToString()),
            ],
            OrderBy = "at",
            Descending = true,
            Take = MostOutbound,
        };
        return (await caller.Store.QueryAsync<Interaction>(query, stop)).Items;
    }
}
