using System.Globalization;
using System.Text.Json.Nodes;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Personalization;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Core.Shared;
using CrmCloud.Store;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Personalization;

/// <summary>A shop where everything is chance, beside a plain reckoning of what may be shown to whom.</summary>
public sealed class RandomShopTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] Countries = ["UK", "FR"];
    private static readonly string[] Purposes = ["marketing", "tips"];
    private static readonly string[] ChannelNames = ["EMAIL", "SMS"];
    private static readonly string[] Kinds = ["OFFER", "PRODUCT_ADAPTATION", "IDENTIFICATION_INCENTIVE"];

    private readonly Random _chance = new(Seed);
    private readonly List<Person> _people = [];
    private readonly List<Offer> _offers = [];
    private ActionShop _shop = null!;

    private static int Seed => int.TryParse(
        Environment.GetEnvironmentVariable("CRMCLOUD_SEED"), CultureInfo.InvariantCulture, out var seed)
        ? seed
        : 20_261_122;

    public async Task InitializeAsync() => _shop = await ActionShop.OpenAsync();

    public async Task DisposeAsync() => await _shop.DisposeAsync();

    [Fact]
    public async Task Nothing_is_recommended_against_a_rule_and_each_action_held_back_says_by_which_and_counts_recount()
    {
        output.WriteLine($"CRMCLOUD_SEED={Seed}");
        await MakeAsync();
        var (shown, held) = (0, 0);
        for (var step = 0; step < 100; step++)
        {
            var (person, channel) = (Any(_people), Any(ChannelNames));
            var set = await _shop.RecommendAsync(person.Name, channel);
            var suppressed = ActionShop.Suppressed(set);
            foreach (var offer in _offers)
            {
                var expected = Expected(person, offer, channel);
                var found = suppressed.TryGetValue(offer.Key, out var s) ? s.Reason : null;
                // Who is in a control group is the product's secret; that it is an answer only to candidates is not.
                Assert.True(found == expected || (found == "HELD_OUT" && expected is null && offer.Control > 0),
                    $"step {step}: {person.Name} {channel} {offer.Key}: {found} ({s.Text}), expected {expected}");
                Assert.Equal(found is null, ActionShop.Keys(set).Contains(offer.Key));
            }

            (shown, held) = (shown + ActionShop.Keys(set).Count, held + suppressed.Count);
            await ChangeAsync(person, channel, set);
        }

        output.WriteLine($"{shown} recommended, {held} held back.");
        Assert.True(shown > 20 && held > 20);
        await RecountAsync();
    }

    private async Task MakeAsync()
    {
        for (var n = 0; n < 8; n++)
        {
            var person = new Person($"p{n}", Any(Countries), _chance.Next(3) > 0, _chance.Next(2) > 0);
            _people.Add(person);
            await _shop.CustomerAsync(person.Name, person.Ordered ? 1 : 0, person.Wrote, person.Country);
            foreach (var purpose in Purposes)
            {
                await AgreeAsync(person, purpose, Any(ChannelNames), new(true, null, null));
            }
        }

        for (var n = 0; n < 8; n++)
        {
            var offer = new Offer(
                $"a{n}", Any(Kinds), Any(Purposes), _chance.Next(2) == 0 ? ChannelNames : [Any(ChannelNames)],
                _chance.Next(4) == 0 ? Any(Countries) : null, _chance.Next(6) == 0 ? Any(Countries) : null,
                _chance.Next(2) == 0 ? 1 + _chance.Next(2) : null, _chance.Next(4) == 0, _chance.Next(3) == 0 ? 40 : 0);
            _offers.Add(offer);
            await _shop.ActionAsync(offer.Key, InputOf(offer));
        }

        await _shop.WorkAsync();
    }

    private static Dictionary<string, object?> InputOf(Offer offer) => new()
    {
        ["kind"] = offer.Kind, ["purpose"] = offer.Purpose,
        ["channels"] = offer.Channels, ["control"] = $"{offer.Control}",
        ["audience"] = offer.Audience is null ? null : new { expression = $"country = '{offer.Audience}'" },
        ["exclusions"] = offer.Excluded is null ? null : new { expression = $"country = '{offer.Excluded}'" },
        ["cap"] = offer.Cap is null ? null : new { max = offer.Cap, per = "P2D" },
        ["window"] = offer.Later ? new { from = "2026-03-04", to = "2026-03-06" } : null,
    };

    // What the customer permits changes, something becomes of a recommendation, time passes.
    private async Task ChangeAsync(Person person, string channel, JsonNode set)
    {
        if (_chance.Next(2) == 0)
        {
            await AgreeAsync(person, Any(Purposes), channel, new(
                _chance.Next(5) > 0, _chance.Next(3) == 0 ? _chance.Next(1, 6) : null,
                _chance.Next(3) == 0 ? 1 : null));
        }

        if (set["recommendations"]!.AsArray() is { Count: > 0 } recommended)
        {
            var one = recommended[_chance.Next(recommended.Count)]!;
            var kind = Any(["SHOWN", "SHOWN", "SHOWN", "ACCEPTED", "ACCEPTED", "REJECTED", "IGNORED", "COMPLAINED"]);
            var answer = await _shop.OutcomeAsync(one["id"]!.GetValue<string>(), kind);
            if (ActionShop.Refusals(answer).Count == 0)
            {
                Remember(person, one, channel, kind);
            }
        }

        if (_chance.Next(3) == 0)
        {
            _shop.Clock.Advance(TimeSpan.FromHours(_chance.Next(1, 12)));
            await _shop.WorkAsync();
        }
    }

    private Task AgreeAsync(Person person, string purpose, string channel, Agreement consent)
    {
        person.Consents[(purpose, channel)] = consent;
        return _shop.ConsentAsync(
            person.Name, purpose, channel, consent.Granted ? "GRANTED" : "REVOKED",
            consent.Max is null ? null : new { max = consent.Max, per = "P1D" }, consent.Value);
    }

    private void Remember(Person person, JsonNode recommendation, string channel, string kind)
    {
        var key = recommendation["action"]!["key"]!.GetValue<string>();
        if (person.Known.Add(recommendation["id"]!.GetValue<string>()))
        {
            person.Shows.Add((key, channel, _shop.Clock.Now));
        }

        if (kind == "ACCEPTED")
        {
            person.Accepted[key] = _shop.Clock.Now;
        }

        if (kind == "COMPLAINED")
        {
            person.Complaints.Add(key);
        }
    }

    // The rules of the design, told anew.
    private string? Expected(Person person, Offer offer, string channel)
    {
        var now = _shop.Clock.Now;
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        var stage = !person.Ordered ? 1 : person.Wrote ? 3 : 2;
        var needed = offer.Kind switch { "OFFER" => 2, "PRODUCT_ADAPTATION" => 3, _ => 0 };
        var consent = person.Consents.GetValueOrDefault((offer.Purpose, channel));
        return offer.Later && day is not { Year: 2026, Month: 3, Day: 4 or 5 } ? "OUT_OF_WINDOW"
            : !offer.Channels.Contains(channel) ? "CHANNEL_MISMATCH"
            : offer.Audience is not null && offer.Audience != person.Country ? "NOT_ELIGIBLE"
            : offer.Excluded == person.Country || person.Complaints.Contains(offer.Key) ? "EXCLUDED"
            : stage < needed ? "WRONG_STAGE"
            : consent is not { Granted: true } ? "NO_CONSENT"
            : consent.Value <= 2 ? "LOW_VALUE_TO_CUSTOMER"
            : person.Accepted.TryGetValue(offer.Key, out var at)
                && (offer.Later || now < at.AddDays(offer.Cap is null ? 30 : 2)) ? "ALREADY_ACCEPTED"
            : offer.Cap <= person.Shows.Count(s => s.Key == offer.Key && s.At > now.AddDays(-2))
                || consent.Max <= person.Shows.Count(s => s.Channel == channel && s.At > now.AddDays(-1))
                ? "FREQUENCY_CAP"
            : null;
    }

    // Counters against the records they were counted from, and each decision against its own log.
    private async Task RecountAsync()
    {
        var (records, totals) = (new List<RecommendationRecord>(), new List<ActionTotals>());
        foreach (var bucket in Buckets.Partitions)
        {
            records.AddRange((await _shop.Key.Store.QueryAsync<RecommendationRecord>(
                new(Container.Interactions, bucket, "recommendation") { Take = 1_000 }, default)).Items);
            totals.AddRange((await _shop.Key.Store.QueryAsync<ActionTotals>(
                new(Container.Interactions, bucket, "actiontotals") { Take = 1_000 }, default)).Items);
        }

        var counted = totals.SelectMany(
            t => t.Rows.Select(r => (t.ActionId, r.Day, r.Shown, r.Accepted, r.Rejected, r.Complained)))
            .GroupBy(r => (r.ActionId, r.Day))
            .Select(g => (
                g.Key, g.Sum(r => r.Shown), g.Sum(r => r.Accepted), g.Sum(r => r.Rejected), g.Sum(r => r.Complained)));
        var recounted = records
            .GroupBy(r => (r.ActionId, Day: DateOnly.FromDateTime(r.At.UtcDateTime).DayNumber
                - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber))
            .Select(g => (
                g.Key, g.Count(), Of(g, OutcomeKind.Accepted), Of(g, OutcomeKind.Rejected),
                Of(g, OutcomeKind.Complained)));
        var firsts = records.Where(r => Of([r], OutcomeKind.Accepted) > 0)
            .Select(r => (r.ActionId, r.CustomerId))
            .Distinct()
            .Count();

        Assert.Equal(recounted.Order(), counted.Order());
        Assert.Equal(
            records.Select(r => (r.ActionId, r.CustomerId)).Distinct().Count(),
            totals.Sum(t => t.Rows.Sum(r => r.Customers)));
        Assert.Equal(firsts, totals.Sum(t => t.Rows.Sum(r => r.Successes)));
        Assert.Equal(_people.Sum(p => p.Shows.Count), records.Count);
        Assert.All(records, record => Assert.Equal(
            DocumentJson.Write(record),
            DocumentJson.Write(record with { Decision = Decider.Replay(record.Decision) })));

        static int Of(IEnumerable<RecommendationRecord> some, OutcomeKind kind) =>
            some.Sum(r => r.Outcomes.Count(o => o.Kind == kind));
    }

    private T Any<T>(IReadOnlyList<T> items) => items[_chance.Next(items.Count)];

    private sealed record Person(string Name, string Country, bool Ordered, bool Wrote)
    {
        public Dictionary<(string Purpose, string Channel), Agreement> Consents { get; } = [];

        public List<(string Key, string Channel, DateTimeOffset At)> Shows { get; } = [];

        public Dictionary<string, DateTimeOffset> Accepted { get; } = [];

        public HashSet<string> Complaints { get; } = [];

        public HashSet<string> Known { get; } = [];
    }

    private sealed record Agreement(bool Granted, int? Value, int? Max);

    private sealed record Offer(
        string Key, string Kind, string Purpose, IReadOnlyList<string> Channels,
        string? Audience, string? Excluded, int? Cap,
        bool Later, int Control);
}
