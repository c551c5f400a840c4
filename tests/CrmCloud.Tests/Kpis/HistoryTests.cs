using CrmCloud.Core.Kpis;

namespace CrmCloud.Tests.Kpis;

public sealed class HistoryTests
{
    [Fact]
    public void Changes_in_any_order_and_repeated_end_in_the_same_history()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var world = new RandomWorld(random);
            var changes = new List<Fact>();
            for (var i = 0; i < 150; i++)
            {
                var id = 1 + random.Next(40);
                changes.Add(random.Next(6) == 0
                    ? new Fact(id, i, FactKind.Removed, 0)
                    : world.Fact(id, i));
            }

            var straight = Apply(changes);
            var shuffled = Apply(changes.Concat(changes).OrderBy(_ => random.Next()));
            var live = straight.Facts.Where(f => f.Kind != FactKind.Removed).ToList();

            // Where a removal met its fact the marker knows its time, else not; what remains alive is the same.
            Assert.Equal(live, shuffled.Facts.Where(f => f.Kind != FactKind.Removed).ToList());
            Assert.Equal(live, live.OrderBy(f => f.At).ThenBy(f => f.Id));
        }
    }

    [Fact]
    public void An_older_or_equal_version_changes_nothing()
    {
        var history = new CustomerHistory();
        Assert.True(history.Replace(Order(7, version: 3, amount: 100)));

        Assert.False(history.Replace(Order(7, version: 3, amount: 999)));
        Assert.False(history.Replace(Order(7, version: 2, amount: 999)));
        Assert.False(history.Remove(7, 2));

        Assert.Equal(100, Assert.Single(history.Facts).Amount);
    }

    [Fact]
    public void A_removed_fact_is_not_brought_back_by_a_late_repeat_but_by_a_newer_version()
    {
        var history = new CustomerHistory();
        Assert.True(history.Remove(7, 2));
        Assert.False(history.Replace(Order(7, version: 1, amount: 100)));
        Assert.Equal(FactKind.Removed, Assert.Single(history.Facts).Kind);

        Assert.True(history.Replace(Order(7, version: 3, amount: 100)));
        Assert.Equal(FactKind.Purchase, Assert.Single(history.Facts).Kind);
    }

    [Fact]
    public void What_is_packed_unpacks_to_the_same_facts()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var world = new RandomWorld(random);
            var history = new CustomerHistory();
            for (var i = 0; i < random.Next(200); i++)
            {
                history.Replace(world.Fact(random.NextInt64() | 1, 1 + random.Next(3)));
            }

            history.Replace(new Fact(5, long.MaxValue, FactKind.Refund, -1) { Amount = long.MinValue, RefundOf = -3 });
            Assert.Equal(history.Facts, CustomerHistory.Decode(history.Encode()).Facts);
        }
    }

    [Fact]
    public void Chunks_hold_at_most_64_KB_and_appending_changes_only_the_last_one()
    {
        var history = new CustomerHistory();
        for (var i = 1; i <= 20_000; i++)
        {
            history.Replace(Order(i * 7919L * 104_729, 1, 1_000 + (i % 9_000), atDay: i / 40));
        }

        var before = history.Encode();
        history.Replace(Order(1, 1, 5, atDay: 5_000));
        var after = history.Encode();

        Assert.All(after, chunk => Assert.InRange(chunk.Length, 1, 64 * 1024));
        Assert.True(before.Count > 3);
        Assert.Equal(before.SkipLast(1), after.Take(before.Count - 1));
        Assert.InRange(before.Sum(c => c.Length) / 20_000.0, 8, 18);
    }

    [Fact]
    public void A_torn_or_foreign_chunk_is_named_as_such()
    {
        var history = new CustomerHistory();
        history.Replace(Order(7, 1, 100));
        var chunk = history.Encode()[0];

        Assert.Throws<InvalidDataException>(() => CustomerHistory.Decode([chunk[..^1]]));
        Assert.Throws<InvalidDataException>(() => CustomerHistory.Decode([[99, .. chunk[1..]]]));
        Assert.Throws<InvalidDataException>(() => new Columns().Add(1, [chunk[..^3]]));
    }

    [Fact]
    public void The_id_of_a_fact_is_stable()
    {
        // First 8 bytes, little endian, of the SHA-256 of "abc": ba7816bf8f01cfea.
        Assert.Equal(unchecked((long)0xEACF018FBF1678BA), Fact.IdOf("abc"));
    }

    private static CustomerHistory Apply(IEnumerable<Fact> changes)
    {
        var history = new CustomerHistory();
        foreach (var change in changes)
        {
            if (change.Kind == FactKind.Removed)
            {
                history.Remove(change.Id, change.Version);
            }
            else
            {
                history.Replace(change);
            }
        }

        return history;
    }

    private static Fact Order(long id, long version, long amount, int atDay = 0) =>
        new(id, version, FactKind.Purchase, 1_790_000_000_000 + (atDay * 86_400_000L)) { Amount = amount };
}
