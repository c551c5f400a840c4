namespace CrmCloud.Core.Kpis;

/// <summary>An array that grows; reused from customer to customer so that nothing is allocated per customer.</summary>
internal struct Growing<T>()
{
    public T[] Items = new T[32];
    public int Count;

    public readonly ReadOnlySpan<T> Span => Items.AsSpan(0, Count);

    public void Add(T item)
    {
        if (Count >= Items.Length)
        {
            Array.Resize(ref Items, Items.Length * 2);
        }

        Items[Count++] = item;
    }

    /// <summary>Room for so many items in all; what is there may be lost.</summary>
    public void Reserve(int count)
    {
        if (Items.Length < count)
        {
            Items = new T[2 * count];
        }
    }
}

/// <summary>The facts of one customer as columns, in the order of their time.</summary>
internal readonly ref struct FactView
{
    public required ReadOnlySpan<long> At { get; init; }

    public required ReadOnlySpan<long> Amount { get; init; }

    public required ReadOnlySpan<byte> Kind { get; init; }

    /// <summary>
    /// For refunds and cancellations: which fact they name, counted from the customer's first; else -1.
    /// </summary>
    public required ReadOnlySpan<int> Target { get; init; }

    /// <summary>Number of the type; looked up in <see cref="Exposing"/>.</summary>
    public required ReadOnlySpan<int> Type { get; init; }

    public required ReadOnlySpan<byte> Channel { get; init; }

    /// <summary>Which type numbers are exposures.</summary>
    public required ReadOnlySpan<bool> Exposing { get; init; }

    /// <summary>False when no fact names another one: then nothing can disqualify an order.</summary>
    public required bool HasLinks { get; init; }
}

/// <summary>A fact that is left out of the figures, and which count explains that.</summary>
internal readonly record struct LeftOut(int Day, Metric Reason);

/// <summary>
/// What the rules leave of one customer's facts at one moment: qualifying orders, refunds that count, exposures, and
/// what was left out and why.
/// </summary>
internal sealed class Ledger(Definitions definitions)
{
    public Growing<long> OrderAt = new();
    public Growing<int> OrderDay = new();
    public Growing<long> OrderAmount = new();
    public Growing<int> RefundDay = new();
    public Growing<long> RefundAmount = new();
    public Growing<long> RefundUnlinked = new();
    public Growing<long> ExposureAt = new();
    public Growing<int> ExposureDay = new();
    public Growing<LeftOut> LeftOut = new();

    private readonly PeriodCalendar _calendar = definitions.Calendar;
    private readonly bool _mergeDays = definitions.MergeSameDayOrders;
    private readonly Links _links = new();

    /// <summary>The first fact that is still to come, epoch milliseconds; null when there is none.</summary>
    public long? NextFactAt { get; private set; }

    /// <summary>Sum of qualifying orders, minor units.</summary>
    public long Gross { get; private set; }

    /// <summary>Sum of the refunds that count, minor units.</summary>
    public long Refunded { get; private set; }

    public void Read(in FactView facts, long now)
    {
        (Gross, Refunded) = (0, 0);
        RefundDay.Count = RefundAmount.Count = RefundUnlinked.Count = 0;
        ExposureAt.Count = ExposureDay.Count = LeftOut.Count = 0;
        var count = Visible(facts.At, now);
        NextFactAt = count < facts.At.Length ? facts.At[count] : null;
        if (facts.HasLinks)
        {
            _links.Resolve(facts, count);
        }

        OrderAt.Reserve(count);
        OrderDay.Reserve(count);
        OrderAmount.Reserve(count);
        Sort(facts, count);
    }

    // The loop that runs once per fact of a tenant; everything but a plain order is the exception.
    private void Sort(in FactView facts, int count)
    {
        var (orders, gross) = (0, 0L);
        var ats = facts.At[..count];
        var amounts = facts.Amount[..count];
        var kinds = facts.Kind[..count];
        var (orderAt, orderDay, orderAmount) = (OrderAt.Items, OrderDay.Items, OrderAmount.Items);
        for (var i = 0; i < ats.Length; i++)
        {
            if (kinds[i] > (byte)FactKind.Renewal)
            {
                Other(facts, i, (FactKind)kinds[i]);
                continue;
            }

            var (at, amount) = (ats[i], amounts[i]);
            var day = _calendar.DayOf(at);
            if (amount <= 0 || (facts.HasLinks && _links.WhyNot(i) != Links.Qualifies))
            {
                LeftOut.Add(new LeftOut(day, amount <= 0 ? Metric.NonPositiveAmounts : _links.WhyNot(i)));
                continue;
            }

            gross += amount;
            if (_mergeDays && orders > 0 && orderDay[orders - 1] == day)
            {
                orderAmount[orders - 1] += amount;
                continue;
            }

            (orderAt[orders], orderDay[orders], orderAmount[orders]) = (at, day, amount);
            orders++;
        }

        OrderAt.Count = OrderDay.Count = OrderAmount.Count = orders;
        Gross = gross;
    }

    private void Other(in FactView facts, int i, FactKind kind)
    {
        switch (kind)
        {
            case FactKind.Refund:
                Refund(facts, i);
                break;
            case FactKind.Quote or FactKind.Lead:
                LeftOut.Add(new LeftOut(Expose(facts.At[i]), Metric.QuotesAndLeads));
                break;
            case FactKind.Interaction when facts.Exposing[facts.Type[i]]:
                Expose(facts.At[i]);
                break;
        }
    }

    private int Expose(long at)
    {
        var day = _calendar.DayOf(at);
        ExposureAt.Add(at);
        ExposureDay.Add(day);
        return day;
    }

    private void Refund(in FactView facts, int i)
    {
        var day = _calendar.DayOf(facts.At[i]);
        var linked = facts.HasLinks && _links.NamesOrder(facts, i);
        if (facts.Amount[i] <= 0)
        {
            LeftOut.Add(new LeftOut(day, Metric.NonPositiveAmounts));
        }
        else if (linked && _links.WhyNot(facts.Target[i]) != Links.Qualifies)
        {
            // The order is gone from every figure; taking its refund off as well would count it twice.
            LeftOut.Add(new LeftOut(day, Metric.VanishedRefunds));
        }
        else
        {
            RefundDay.Add(day);
            RefundAmount.Add(facts.Amount[i]);
            RefundUnlinked.Add(linked ? 0 : 1);
            Refunded += facts.Amount[i];
        }
    }

    private static int Visible(ReadOnlySpan<long> at, long now)
    {
        var count = at.Length;
        while (count > 0 && at[count - 1] > now)
        {
            count--;
        }

        return count;
    }
}
