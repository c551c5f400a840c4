namespace CrmCloud.Core.Kpis;

/// <summary>What a recount keeps of every customer of one bucket, in the order of its columns.</summary>
public sealed class ProfileColumns
{
    internal ProfileColumns(Columns columns)
    {
        var count = columns.Customers;
        Source = columns;
        (LastOrderAt, Gross, Net) = (new long[count], new long[count], new long[count]);
        (LastOrderDay, Orders) = (new int[count], new int[count]);
        (Recency, Frequency, Monetary) = (new byte[count], new byte[count], new byte[count]);
        Group = new RfmGroup[count];
    }

    public int Customers => Orders.Length;

    /// <summary>The caller's key of a customer.</summary>
    public long Key(int customer) => Source.Key(customer);

    public int OrdersOf(int customer) => Orders[customer];

    /// <summary>Minor units.</summary>
    public long GrossOf(int customer) => Gross[customer];

    /// <summary>Minor units.</summary>
    public long NetOf(int customer) => Net[customer];

    public RfmGroup GroupOf(int customer) => Group[customer];

    /// <summary>Null without a qualifying order.</summary>
    public RfmScore? ScoreOf(int customer, RfmCuts cuts) =>
        Orders[customer] == 0
            ? null
            : new RfmScore(
                Recency[customer], Frequency[customer], Monetary[customer], Group[customer], cuts.Version);

    internal Columns Source { get; }

    internal long[] LastOrderAt { get; }

    internal int[] LastOrderDay { get; }

    internal int[] Orders { get; }

    internal long[] Gross { get; }

    internal long[] Net { get; }

    internal byte[] Recency { get; }

    internal byte[] Frequency { get; }

    internal byte[] Monetary { get; }

    internal RfmGroup[] Group { get; }

    internal long Amount(int customer, RfmMonetary monetary) => monetary switch
    {
        RfmMonetary.Gross => Gross[customer],
        RfmMonetary.Net => Net[customer],
        _ => CustomerProfile.MeanOf(Gross[customer], Orders[customer]) ?? 0,
    };

    internal void Set(int customer, Ledger ledger)
    {
        var count = ledger.OrderAt.Count;
        Orders[customer] = count;
        Gross[customer] = ledger.Gross;
        Net[customer] = ledger.Gross - ledger.Refunded;
        if (count > 0)
        {
            LastOrderAt[customer] = ledger.OrderAt.Items[count - 1];
            LastOrderDay[customer] = ledger.OrderDay.Items[count - 1];
        }
    }
}
