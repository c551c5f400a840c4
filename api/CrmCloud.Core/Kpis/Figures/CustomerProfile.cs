namespace CrmCloud.Core.Kpis;

/// <summary>
/// Where a customer stands. Ages are N x 24 h since the last qualifying order; t is the churn window.
/// </summary>
public enum Lifecycle
{
    /// <summary>No qualifying order.</summary>
    Prospect,

    /// <summary>Last order less than t / 2 ago, and never away for more than t.</summary>
    Active,

    /// <summary>Last order t / 2 ago or more, but less than t.</summary>
    Lapsing,

    /// <summary>Last order t ago or more.</summary>
    Churned,

    /// <summary>Last order less than t / 2 ago, after having been away for more than t.</summary>
    WonBack,
}

/// <param name="Channel">The caller's number of the channel.</param>
/// <param name="LastAt">Epoch milliseconds UTC.</param>
public sealed record ChannelTouch(byte Channel, int Count, long LastAt);

/// <summary>What is kept of a customer's behaviour, and what segment rules and rankings read.</summary>
public sealed record CustomerProfile
{
    /// <summary>
    /// First qualifying order, epoch milliseconds UTC; null for a prospect, as all that follows from orders.
    /// </summary>
    public long? FirstOrderAt { get; init; }

    public long? LastOrderAt { get; init; }

    /// <summary>Local day number of the last order, for recency.</summary>
    public int? LastOrderDay { get; init; }

    /// <summary>Local day number of the first order.</summary>
    public int? FirstOrderDay { get; init; }

    /// <summary>Number of local days with an order: what purchase models count.</summary>
    public int OrderDays { get; init; }

    /// <summary>Of <see cref="Gross"/>, what was ordered on the first day; the rest are repeats. Minor units.</summary>
    public long FirstDayGross { get; init; }

    /// <summary>Frequency: number of qualifying orders.</summary>
    public int Orders { get; init; }

    /// <summary>Monetary: gross sum of qualifying orders, minor units.</summary>
    public long Gross { get; init; }

    /// <summary>Gross minus the refunds that count, minor units. May be negative.</summary>
    public long Net { get; init; }

    /// <summary>Gross per order, minor units rounded half-even; null without an order.</summary>
    public long? Mean => MeanOf(Gross, Orders);

    public Lifecycle Lifecycle { get; init; }

    /// <summary>Interactions per channel, in order of the channel's number.</summary>
    public IReadOnlyList<ChannelTouch> Touches { get; init; } = [];

    /// <summary>Whole local days from the day of the last order to today; null without an order.</summary>
    public int? RecencyDays(PeriodCalendar calendar, long now) => calendar.DayOf(now) - LastOrderDay;

    public bool Equals(CustomerProfile? other) =>
        other is not null
        && (FirstOrderAt, LastOrderAt, LastOrderDay) == (other.FirstOrderAt, other.LastOrderAt, other.LastOrderDay)
        && (FirstOrderDay, OrderDays, FirstDayGross) == (other.FirstOrderDay, other.OrderDays, other.FirstDayGross)
        && (Orders, Gross, Net, Lifecycle) == (other.Orders, other.Gross, other.Net, other.Lifecycle)
        && Touches.SequenceEqual(other.Touches);

    public override int GetHashCode() => HashCode.Combine(FirstOrderAt, LastOrderAt, Orders, Gross, Net, Lifecycle);

    /// <summary>The profile of one customer. For many, keep a <see cref="CustomerFigures"/> instead.</summary>
    /// <param name="now">Epoch milliseconds UTC; later facts do not count.</param>
    public static CustomerProfile Of(CustomerHistory history, Definitions definitions, long now)
    {
        var figures = new CustomerFigures(definitions);
        figures.Load(history, now);
        return figures.Profile();
    }

    /// <summary>Distinct days, of days in ascending order.</summary>
    internal static int DaysOf(ReadOnlySpan<int> orderDay)
    {
        var days = orderDay.IsEmpty ? 0 : 1;
        for (var i = 1; i < orderDay.Length; i++)
        {
            days += orderDay[i] == orderDay[i - 1] ? 0 : 1;
        }

        return days;
    }

    /// <summary>Sum of the amounts of the first day; minor units.</summary>
    internal static long FirstDayOf(ReadOnlySpan<int> orderDay, ReadOnlySpan<long> amounts)
    {
        var sum = 0L;
        for (var i = 0; i < orderDay.Length && orderDay[i] == orderDay[0]; i++)
        {
            sum += amounts[i];
        }

        return sum;
    }

    internal static long? MeanOf(long gross, int orders) =>
        orders == 0 ? null : (long)decimal.Round((decimal)gross / orders, MidpointRounding.ToEven);

    /// <summary>Where the orders (epoch milliseconds, ascending) put a customer at <paramref name="now"/>.</summary>
    internal static Lifecycle LifecycleOf(ReadOnlySpan<long> orderAt, long churnMs, long now)
    {
        if (orderAt.IsEmpty)
        {
            return Lifecycle.Prospect;
        }

        var age = now - orderAt[^1];
        if (age >= churnMs / 2)
        {
            return age >= churnMs ? Lifecycle.Churned : Lifecycle.Lapsing;
        }

        for (var i = 1; i < orderAt.Length; i++)
        {
            if (orderAt[i] - orderAt[i - 1] > churnMs)
            {
                return Lifecycle.WonBack;
            }
        }

        return Lifecycle.Active;
    }
}
