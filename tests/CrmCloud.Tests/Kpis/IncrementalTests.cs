using CrmCloud.Core.Kpis;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Kpis;

public sealed class IncrementalTests(ITestOutputHelper output)
{
    [Fact]
    public void After_every_change_and_every_wake_up_the_totals_equal_a_full_recount()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            output.WriteLine($"seed {seed}");
            var tenant = new Tenant(new Random(seed));
            for (var step = 0; step < 60; step++)
            {
                tenant.Step();
                Assert.Empty(tenant.Totals.DifferenceFrom(tenant.Recounted().Total()));
                Assert.DoesNotContain(tenant.Profiles(), p => p.Kept != p.Anew);
            }
        }
    }

    [Fact]
    public void Nothing_changes_by_time_alone_before_the_next_change_that_was_announced()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            output.WriteLine($"seed {seed}");
            var random = new Random(seed);
            var world = new RandomWorld(random);
            var history = new CustomerHistory();
            for (var id = 1; id <= random.Next(1, 25); id++)
            {
                history.Replace(world.Fact(id, 1));
            }

            var figures = new CustomerFigures(world.Definitions);
            var now = world.Start + random.NextInt64(world.End - world.Start);
            figures.Load(history, now);
            var (contribution, profile, next) = (figures.Contribution(), figures.Profile(), figures.NextChange());
            Assert.True(next is null || next > now);
            var later = now + random.NextInt64(next - now ?? 900 * RandomWorld.DayMs);
            foreach (var moment in new[] { later, next - 1 ?? later })
            {
                figures.Load(history, moment);
                Assert.Equal(contribution, figures.Contribution());
                Assert.Equal(profile, figures.Profile());
            }
        }
    }

    [Fact]
    public void A_recount_as_of_a_past_instant_is_the_recount_that_was_made_then()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var world = new RandomWorld(random);
            var asOf = world.Start + random.NextInt64(world.End - world.Start);
            var (all, then) = (new Columns(), new Columns());
            for (var customer = 0; customer < 20; customer++)
            {
                var facts = Enumerable.Range(1, random.Next(30)).Select(id => world.Fact(id, 1)).ToList();
                all.Add(customer, HistoryOf(facts));
                then.Add(customer, HistoryOf(facts.Where(f => f.At <= asOf)));
            }

            var today = Recount.Run([all], world.Definitions, asOf);
            var past = Recount.Run([then], world.Definitions, asOf, new RecountScope { Threads = 1 });
            Assert.Empty(today.Total().DifferenceFrom(past.Total()));
            Assert.Equal(past.Overview().Groups, today.Overview().Groups);
        }
    }

    [Fact]
    public void Contributions_and_totals_survive_being_stored()
    {
        var random = new Random(1);
        var world = new RandomWorld(random);
        var (totals, copy) = (new TotalsTable(), new TotalsTable());
        for (var customer = 0; customer < 300; customer++)
        {
            var history = HistoryOf(Enumerable.Range(1, 30).Select(id => world.Fact(id, 1)));
            var contribution = Contribution.Of(history, world.Definitions, world.End);
            Assert.Equal(contribution, Contribution.Decode(contribution.Encode()));
            Assert.Equal(contribution.Cells.Select(c => c.Key).Order(), contribution.Cells.Select(c => c.Key));
            totals.Add(contribution);
        }

        var chunks = totals.Chunks().ToList();
        chunks.ForEach(copy.Load);

        Assert.Empty(copy.DifferenceFrom(totals));
        Assert.All(chunks, chunk => Assert.InRange(chunk.Bytes.Length, 1, 100_000));
        Assert.Equal(chunks.Count, chunks.Select(c => c.Id.ToString()).Distinct().Count());
        var touched = totals.Cells().Select(c => ChunkId.Of(c.Key)).ToHashSet();
        Assert.Equal(touched, chunks.Select(c => c.Id).ToHashSet());
    }

    [Fact]
    public void Taking_every_contribution_out_again_leaves_nothing()
    {
        var world = new RandomWorld(new Random(2));
        var totals = new TotalsTable();
        var contributions = Enumerable.Range(0, 50)
            .Select(_ => HistoryOf(Enumerable.Range(1, 30).Select(id => world.Fact(id, 1))))
            .Select(history => Contribution.Of(history, world.Definitions, world.End))
            .ToList();

        contributions.ForEach(c => totals.Add(c));
        Assert.NotEmpty(totals.Cells());
        contributions.ForEach(c => totals.Add(c, -1));

        Assert.Empty(totals.Cells());
        Assert.Empty(totals.Chunks());
    }

    private static CustomerHistory HistoryOf(IEnumerable<Fact> facts)
    {
        var history = new CustomerHistory();
        foreach (var fact in facts)
        {
            history.Replace(fact);
        }

        return history;
    }

    /// <summary>A worker in miniature: replaces what it counted, and wakes customers only when they said so.</summary>
    private sealed class Tenant
    {
        private readonly Random _random;
        private readonly RandomWorld _world;
        private readonly CustomerFigures _figures;
        private readonly CustomerHistory[] _histories = [.. Enumerable.Range(0, 5).Select(_ => new CustomerHistory())];
        private readonly Contribution[] _counted = [.. Enumerable.Repeat(Contribution.None, 5)];
        private readonly CustomerProfile[] _profiles = [.. Enumerable.Repeat(new CustomerProfile(), 5)];
        private readonly long?[] _due = new long?[5];
        private long _now;
        private long _version;

        public Tenant(Random random)
        {
            _random = random;
            _world = new RandomWorld(random);
            _figures = new CustomerFigures(_world.Definitions);
            _now = _world.Start;
        }

        public TotalsTable Totals { get; } = new();

        public void Step()
        {
            var customer = _random.Next(_histories.Length);
            var id = 1 + _random.Next(40);
            switch (_random.Next(4))
            {
                case 0:
                    PassTimeTo(_now + _random.NextInt64(15 * RandomWorld.DayMs));
                    break;
                case 1:
                    _histories[customer].Remove(id, ++_version);
                    Wake(customer);
                    break;
                default:
                    var change = _world.Fact(id, ++_version);
                    _histories[customer].Replace(change);
                    Wake(customer);
                    break;
            }
        }

        public RecountResult Recounted()
        {
            var columns = new Columns();
            for (var i = 0; i < _histories.Length; i++)
            {
                columns.Add(i, _histories[i].Encode());
            }

            return Recount.Run([columns], _world.Definitions, _now);
        }

        public IEnumerable<(CustomerProfile Kept, CustomerProfile Anew)> Profiles() =>
            _histories.Select((h, i) => (_profiles[i], CustomerProfile.Of(h, _world.Definitions, _now)));

        private void PassTimeTo(long until)
        {
            while (_due.Min() is { } due && due <= until)
            {
                _now = due;
                Wake(Array.IndexOf(_due, due));
            }

            _now = until;
        }

        private void Wake(int customer)
        {
            _figures.Load(_histories[customer], _now);
            var contribution = _figures.Contribution();
            Totals.Add(contribution.Minus(_counted[customer]));
            _counted[customer] = contribution;
            _profiles[customer] = _figures.Profile();
            _due[customer] = _figures.NextChange();
            Assert.True(_due[customer] is null || _due[customer] > _now);
        }
    }
}
