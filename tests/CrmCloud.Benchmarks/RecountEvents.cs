using System.Globalization;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Benchmarks;

/// <summary>
/// Made-up order events of a shop: ten per customer on average, 36 months from 2023-01-01, 4 % refunds.
/// </summary>
internal sealed class RecountEvents
{
    public const int Months = 36;

    /// <summary>2023-01-01T00:00:00Z; whole months follow it.</summary>
    public static readonly DateTimeOffset Start = new(2023, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly long SpanSeconds = (long)(Start.AddMonths(Months) - Start).TotalSeconds;

    private RecountEvents(int count)
    {
        (Second, Cents) = (new long[count], new int[count]);
    }

    /// <summary>First event of each customer; one more than there are customers.</summary>
    public List<int> Offsets { get; } = [0];

    /// <summary>Epoch seconds, ascending within a customer.</summary>
    public long[] Second { get; }

    /// <summary>Below 0 is a refund, as the peer reads it.</summary>
    public int[] Cents { get; }

    public int Customers => Offsets.Count - 1;

    public static RecountEvents Make(int count, int seed = 42)
    {
        var random = new Random(seed);
        var events = new RecountEvents(count);
        for (var next = 0; next < count;)
        {
            // Few customers order much, many little: 1 to about 100, ten on average.
            var wanted = 1 + (int)(9 * -Math.Log(1 - random.NextDouble()));
            var end = Math.Min(count, next + wanted);
            var joined = random.NextInt64(SpanSeconds);
            for (var i = next; i < end; i++)
            {
                events.Second[i] = Start.ToUnixTimeSeconds() + joined + random.NextInt64(SpanSeconds - joined);
                events.Cents[i] = (100 + random.Next(20_000)) * (random.Next(25) == 0 ? -1 : 1);
            }

            Array.Sort(events.Second, next, end - next);
            events.Offsets.Add(next = end);
        }

        return events;
    }

    /// <summary>customer, epoch seconds, cents; no header. In the order in which we hold them ourselves.</summary>
    public void WriteCsv(string path)
    {
        using var writer = new StreamWriter(path);
        for (var customer = 0; customer < Customers; customer++)
        {
            for (var i = Offsets[customer]; i < Offsets[customer + 1]; i++)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{customer},{Second[i]},{Cents[i]}"));
            }
        }
    }

    public CustomerHistory History(int customer)
    {
        var history = new CustomerHistory();
        for (var i = Offsets[customer]; i < Offsets[customer + 1]; i++)
        {
            // An odd multiplier spreads ids as a hash would.
            var id = unchecked((i + 1L) * -7046029254386353131L);
            var kind = Cents[i] < 0 ? FactKind.Refund : FactKind.Purchase;
            history.Replace(new Fact(id, 1, kind, Second[i] * 1000) { Amount = Math.Abs(Cents[i]) });
        }

        return history;
    }
}
