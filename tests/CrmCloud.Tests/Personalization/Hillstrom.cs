using System.Globalization;
using CrmCloud.Core.Personalization.Deciding;

namespace CrmCloud.Tests.Personalization;

/// <summary>
/// Kevin Hillstrom's e-mail challenge (MineThatData, 2008): 64,000 customers, each sent by lot nothing, an e-mail for
/// men's or one for women's merchandise, and whether he came to the site within two weeks.
/// </summary>
public static class Hillstrom
{
    public const string None = "No E-Mail";
    public const string Mens = "Mens E-Mail";
    public const string Womens = "Womens E-Mail";

    public static IReadOnlyList<string> Arms { get; } = [None, Mens, Womens];

    /// <param name="Bought">What he bought before: men's, women's or both. Three segments.</param>
    /// <param name="Fine">42 segments: also how much, and whether he is new.</param>
    public sealed record Customer(int Id, string Bought, string Fine, string Arm, bool Visited, bool Converted);

    public static IReadOnlyList<Customer> Read(string path) =>
        [.. File.ReadLines(path).Skip(1).Select((line, i) => Of(i, line.Split(',')))];

    public static double Rate(this IEnumerable<Customer> customers, string arm) =>
        customers.Where(c => c.Arm == arm).Average(c => c.Visited ? 1.0 : 0);

    // From the end: the segment "7) $1,000 +" has a comma of its own and no quotes.
    private static Customer Of(int id, string[] cells)
    {
        var bought = $"men {cells[^9]} women {cells[^8]}";
        return new(
            id, bought, $"{bought} new {cells[^6]} {cells[1]}", cells[^4], cells[^3] == "1", cells[^2] == "1");
    }
}

/// <summary>
/// Lets the product's own decisions run through the file: where they agree with the lot, the outcome counts and is
/// learned from the next day; where they do not, the row is skipped (Li, Chu, Langford and Wang, 2011). Because the
/// lot was fair, the rows that count are a fair sample of what the policy would have met.
/// </summary>
public sealed class HillstromReplay(string salt, Func<Hillstrom.Customer, string> segmentOf)
{
    private const int Days = 40;

    private readonly Decider _decider = new(new DecidingSettings(salt));
    private readonly Dictionary<(string Segment, string Arm), Evidence> _evidence = [];

    /// <summary>Visits per counted decision of Thompson sampling that starts knowing nothing.</summary>
    /// <param name="customers">In the order in which they come.</param>
    /// <param name="log">Every counted decision; null to keep none.</param>
    public (int Decisions, int Visits) Run(IReadOnlyList<Hillstrom.Customer> customers, List<Decision>? log = null)
    {
        var (decisions, visits) = (0, 0);
        foreach (var (day, today) in customers.Chunk((customers.Count / Days) + 1).Index())
        {
            var weighed = today.Select(segmentOf).Distinct().ToDictionary(segment => segment, s => Weigh(s, day));
            var counted = today.Select(c => (Customer: c, Decision: Draw(c, weighed, day)))
                .Where(one => one.Decision.Chosen[0] == one.Customer.Arm).ToList();
            foreach (var (customer, _) in counted)
            {
                var key = (segmentOf(customer), customer.Arm);
                _evidence[key] = _evidence.GetValueOrDefault(key)
                    .Add(1, customer.Visited ? 1 : 0, day, _decider.Settings.HalfLifeDays);
            }

            decisions += counted.Count;
            visits += counted.Count(one => one.Customer.Visited);
            log?.AddRange(counted.Select(one => one.Decision));
        }

        return (decisions, visits);
    }

    /// <summary>The same for a policy that picks an arm by lot.</summary>
    public static (int Decisions, int Visits) RunUniform(string salt, IReadOnlyList<Hillstrom.Customer> customers)
    {
        var counted = customers.Where(c => c.Arm == Hillstrom.Arms[
            new Chance(Chance.SeedOf(salt, "uniform", $"{c.Id}")).Below(Hillstrom.Arms.Count)]).ToList();
        return (counted.Count, counted.Count(c => c.Visited));
    }

    /// <summary>An order of the rows that depends on the salt alone.</summary>
    public static IReadOnlyList<Hillstrom.Customer> Shuffle(string salt, IEnumerable<Hillstrom.Customer> customers) =>
        [.. customers.OrderBy(c => Chance.SeedOf(salt, "order", $"{c.Id}"))];

    private IReadOnlyList<WeighedCandidate> Weigh(string segment, int day)
    {
        var all = _evidence.Values.Aggregate(
            new Evidence(), (sum, one) => sum + one.On(day, _decider.Settings.HalfLifeDays));
        var candidates = Hillstrom.Arms.Select(arm => new Candidate(
            arm, null, _evidence.GetValueOrDefault((segment, arm)),
            _evidence.Where(one => one.Key.Arm == arm).Aggregate(
                new Evidence(), (sum, one) => sum + one.Value.On(day, _decider.Settings.HalfLifeDays))));
        return _decider.Weigh([.. candidates], all, day);
    }

    private Decision Draw(
        Hillstrom.Customer customer, Dictionary<string, IReadOnlyList<WeighedCandidate>> weighed, int day)
    {
        var segment = segmentOf(customer);
        return _decider.Draw(
            $"{customer.Id}", new($"{customer.Id}", segment, $"day {day}", day), weighed[segment], 1, false);
    }
}
