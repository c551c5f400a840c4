using System.Diagnostics;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using NodaTime;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Rules;

/// <summary>
/// Membership kept up by due instants alone is what an evaluation from scratch would say, at every instant.
/// </summary>
public sealed class DueRowTests(ITestOutputHelper output)
{
    private const int Rules = 20_000;
    private const long DayMs = 86_400_000;
    private const int ClockDays = 45;

    // Each clock crosses a change of clocks; the one of Sao Paulo came at midnight.
    private static readonly (CalendarSettings Settings, DateOnly Start)[] Clocks =
    [
        (new("Europe/London"), new(2026, 3, 5)),
        (new("Europe/London", 7, 4, 6), new(2026, 10, 1)),
        (new("America/Sao_Paulo"), new(2018, 10, 12)),
        (new("America/Sao_Paulo", 3, 2, 15), new(2019, 1, 20)),
        (new("Australia/Lord_Howe"), new(2026, 3, 12)),
        (new("Australia/Lord_Howe", 1, 7, 1), new(2026, 9, 10)),
    ];

    [Fact]
    public void No_flip_is_missed_and_few_wake_ups_are_in_vain()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CRMCLOUD_SEED"), out var given) ? given : 20261122;
        output.WriteLine($"seed {seed}");
        var watch = Stopwatch.StartNew();
        var worlds = Clocks.Select(clock => new World(clock.Settings, clock.Start)).ToArray();
        Parallel.For(0, worlds.Length, world =>
        {
            for (var i = world; i < Rules; i += worlds.Length)
            {
                worlds[world].Run(new Random(unchecked((seed * 31) + i)), $"seed {seed}, rule {i}");
            }
        });

        var (flips, wakeUps) = (worlds.Sum(w => w.Flips), worlds.Sum(w => w.WakeUps));
        output.WriteLine($"{Rules:n0} rules, {worlds.Sum(w => w.Instants):n0} instants, {flips:n0} flips, "
            + $"{wakeUps:n0} wake-ups, {(double)wakeUps / flips:f2} a flip, {watch.Elapsed.TotalSeconds:f1} s");
        Assert.True(flips > Rules / 4, $"only {flips} flips");
        Assert.True(wakeUps <= 2 * flips, $"{wakeUps} wake-ups for {flips} flips");
    }

    private sealed class World(CalendarSettings settings, DateOnly start)
    {
        private readonly RuleVocabulary _vocabulary = RuleWorld.Vocabulary(settings);
        private readonly NaiveDays _days = new(settings);
        private readonly RuleFacts _facts = new();
        private readonly LeafCache _cache = new();
        private readonly long _start = new NaiveDays(settings).Start(LocalDate.FromDateOnly(start));

        public int Flips { get; private set; }

        public int WakeUps { get; private set; }

        public long Instants { get; private set; }

        public void Run(Random random, string name)
        {
            var tree = new RandomRules(random, start).Rule(1 + random.Next(4));
            var compiled = new RuleCompiler(_vocabulary).Compile(tree);
            Assert.True(compiled.Succeeded, $"{name}: {RuleText.Print(tree)}");
            var facts = Facts(random);
            var history = new CustomerHistory();
            facts.ForEach(fact => history.Replace(fact));
            _facts.Load(history);
            var subject = new RuleSubject(_facts)
            {
                Profile = Profile(random), Customer = Customer(random),
                Segments = new HashSet<string>(RuleWorld.Segments.Where(_ => random.Next(2) == 0)),
            };
            var naive = new NaiveRules(facts, subject.Profile, subject.Customer, _days) { Segments = subject.Segments };
            Follow(compiled.Value, subject, naive, Dense(tree, facts, subject.Profile), name);
        }

        private void Follow(
            CompiledRule rule, in RuleSubject subject, NaiveRules naive, SortedSet<long> instants, string name)
        {
            var member = rule.Evaluate(subject, At(_start), _cache);
            var due = rule.NextChange(subject, At(_start), _cache);
            foreach (var instant in instants)
            {
                while (due is { } wake && wake <= At(instant))
                {
                    WakeUps++;
                    var before = member;
                    member = rule.Evaluate(subject, wake, _cache);
                    Flips += member == before ? 0 : 1;
                    due = rule.NextChange(subject, wake, _cache);
                    Assert.True(due is null || due > wake, $"{name}: no progress at {wake:o}");
                }

                Instants++;
                var truth = naive.Holds(rule.Tree, instant);
                if (truth != member || truth != rule.Evaluate(subject, At(instant), _cache))
                {
                    Assert.Fail($"{name}: {rule.Text} at {At(instant):o} ({settings.ZoneId}) is {truth}, "
                        + $"by due rows {member}, evaluated {rule.Evaluate(subject, At(instant), _cache)}; "
                        + $"due {due:o}; " + string.Join(", ", rule.Trace(subject, At(instant), _cache)));
                }
            }
        }

        // Every instant at which something could happen, a millisecond before it and one after.
        private SortedSet<long> Dense(RuleNode tree, List<Fact> facts, StoredProfile profile)
        {
            var instants = new HashSet<long>();
            foreach (var fact in facts)
            {
                instants.Add(fact.At);
                instants.UnionWith(Durations(tree).Select(duration => _days.Plus(fact.At, duration)));
            }

            instants.UnionWith(profile.Consents.Select(c => c.ExpiresAt).OfType<long>());
            var date = LocalDate.FromDateOnly(start);
            var text = RuleText.Print(tree);
            var isLocal = text.Contains("recency", StringComparison.Ordinal)
                || text.Contains(" in ", StringComparison.Ordinal);
            var days = Enumerable.Range(0, ClockDays + 1).Where(day => isLocal || day % 15 == 0);
            instants.UnionWith(days.Select(day => _days.Start(date.PlusDays(day))));
            var end = _start + (ClockDays * DayMs);
            return [.. instants.SelectMany(at => new[] { at - 1, at, at + 1 }).Where(at => at >= _start && at <= end)];
        }

        private static IEnumerable<RuleDuration> Durations(RuleNode rule) => rule switch
        {
            AllOf all => all.Rules.SelectMany(Durations),
            AnyOf any => any.Rules.SelectMany(Durations),
            NotRule not => Durations(not.Rule),
            AbsenceRule { Within: { } within } => [within],
            AggregateRule { Window: WithinWindow within } => [within.Length],
            AggregateRule { Window: AgoWindow ago } => [ago.Newer, ago.Older],
            AggregateRule age =>
                new[] { age.Test.Value, age.Test.Upper }.OfType<DurationLiteral>().Select(d => d.Value),
            _ => [],
        };

        private List<Fact> Facts(Random random)
        {
            var count = random.Next(30);
            var facts = new List<Fact>();
            int[] kinds = [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6];
            for (var id = 1L; id <= count; id++)
            {
                var kind = (FactKind)kinds[random.Next(kinds.Length)];
                var isInteraction = kind == FactKind.Interaction;
                var names = kind is FactKind.Refund or FactKind.Cancellation && random.Next(4) > 0;
                facts.Add(new Fact(id, 1, kind, Time(random, facts))
                {
                    Amount = isInteraction ? random.Next(6) : random.Next(-1, 8) * 525,
                    RefundOf = names ? 1 + random.Next(count) : 0,
                    Type = isInteraction ? RuleWorld.Interactions[random.Next(3)] : "",
                    Channel = isInteraction
                        ? TouchCode.Of((Channel)random.Next(4), (FlowDirection)random.Next(3))
                        : (byte)0,
                });
            }

            return facts;
        }

        // Some together, some at the first or last instant of a day, some after the clock has begun.
        private long Time(Random random, List<Fact> facts)
        {
            var day = LocalDate.FromDateOnly(start).PlusDays(random.Next(-60, ClockDays));
            return random.Next(6) switch
            {
                0 when facts.Count > 0 => facts[random.Next(facts.Count)].At,
                1 => _days.Start(day),
                2 => _days.Start(day) - 1,
                _ => _days.Start(day) + random.NextInt64(DayMs),
            };
        }

        private StoredProfile Profile(Random random) => new()
        {
            CustomerId = "",
            Lifecycle = (Lifecycle)random.Next(5),
            IdicStage = (IdicStage)random.Next(5),
            Rfm = random.Next(3) == 0 ? null : new RfmMark(1 + random.Next(5), 1, 1, 1),
            Value = new CustomerProfile
            {
                Orders = random.Next(5), Gross = random.Next(8) * 525, Net = random.Next(-2, 8) * 525,
                LastOrderDay = random.Next(4) == 0 ? null : start.DayNumber - 719_162 - random.Next(60),
            },
            Consents = [.. Enumerable.Range(0, random.Next(3)).Select(_ => new ConsentMark(
                RuleWorld.Purposes[random.Next(2)], random.Next(2) == 0 ? Channel.Email : Channel.Sms,
                random.Next(4) > 0,
                random.Next(4) == 0 ? null : _start + random.NextInt64(-5, ClockDays) * DayMs, 1))],
        };

        private Customer Customer(Random random) => new()
        {
            CustomerId = "",
            StoredAttributes = [.. Values(random).Where(_ => random.Next(4) > 0)],
        };

        private IEnumerable<StoredAttribute> Values(Random random)
        {
            var empty = new StoredAttribute { AttributeKey = "", Source = "", ObservedAt = default };
            return
            [
                empty with { AttributeKey = "city", Text = new[] { "Paris", "it's", "Rome" }[random.Next(3)] },
                empty with { AttributeKey = "points", Number = random.Next(-3, 4) / 4m },
                empty with { AttributeKey = "vip", Boolean = random.Next(2) == 0 },
                empty with { AttributeKey = "joined", Date = start.AddDays(random.Next(-3, 3)) },
                empty with { AttributeKey = "tier", Text = RuleWorld.Tiers[random.Next(2)] },
                empty with { AttributeKey = "tags", List = [.. RuleWorld.Tags.Where(_ => random.Next(2) == 0)] },
            ];
        }

        private static DateTimeOffset At(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at);
    }
}
