namespace CrmCloud.Core.Kpis;

/// <summary>Which orders refunds and cancellations have taken back.</summary>
internal sealed class Links
{
    /// <summary>No reason against an order: no order is ever left out for being an order.</summary>
    public const Metric Qualifies = Metric.Orders;

    private long[] _refunded = [];
    private bool[] _cancelled = [];
    private long[] _amount = [];
    private int _count;

    /// <param name="count">Only the first so many facts have happened.</param>
    public void Resolve(in FactView facts, int count)
    {
        Clear(facts, count);
        for (var i = 0; i < count; i++)
        {
            var kind = (FactKind)facts.Kind[i];
            if (kind is not (FactKind.Refund or FactKind.Cancellation) || !NamesOrder(facts, i))
            {
                continue;
            }

            if (kind == FactKind.Cancellation)
            {
                _cancelled[facts.Target[i]] = true;
            }
            else if (facts.Amount[i] > 0)
            {
                _refunded[facts.Target[i]] += facts.Amount[i];
            }
        }
    }

    /// <summary>Does this fact name an order that has happened and was worth something?</summary>
    public bool NamesOrder(in FactView facts, int i)
    {
        var target = facts.Target[i];
        return target >= 0 && target < _count && facts.Kind[target] <= (byte)FactKind.Renewal && _amount[target] > 0;
    }

    /// <summary>Why an order of a positive amount does not qualify, or <see cref="Qualifies"/>.</summary>
    public Metric WhyNot(int order) =>
        _cancelled[order] ? Metric.CancelledOrders
        : _refunded[order] >= _amount[order] ? Metric.FullyRefundedOrders
        : Qualifies;

    private void Clear(in FactView facts, int count)
    {
        _count = count;
        if (_amount.Length < count)
        {
            var length = Math.Max(32, 2 * count);
            (_refunded, _cancelled, _amount) = (new long[length], new bool[length], new long[length]);
        }

        _refunded.AsSpan(0, count).Clear();
        _cancelled.AsSpan(0, count).Clear();
        facts.Amount[..count].CopyTo(_amount);
    }
}
