namespace CrmCloud.Core.Kpis;

/// <summary>Where a calculation puts its cells: into a customer's contribution or straight into the totals.</summary>
internal interface ICellSink
{
    void Add(Grain grain, Metric metric, int period, long value);

    void AddCohort(Grain grain, int cohort, int offset);
}

/// <summary>Collects cells that arrive in the order of their keys. Reused from customer to customer.</summary>
internal sealed class CellList(int capacity)
{
    private long[] _keys = new long[capacity];
    private long[] _values = new long[capacity];

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Add(long key, long value)
    {
        var count = Count;
        if (count >= _keys.Length)
        {
            Grow();
        }

        _keys[count] = key;
        _values[count] = value;
        Count = count + 1;
    }

    public Contribution ToContribution() =>
        Count == 0
            ? Contribution.None
            : new Contribution(_keys.AsSpan(0, Count).ToArray(), _values.AsSpan(0, Count).ToArray());

    private void Grow()
    {
        Array.Resize(ref _keys, Math.Max(64, _keys.Length * 2));
        Array.Resize(ref _values, _keys.Length);
    }
}

/// <summary>A struct, so that the compiler makes a copy of the calculation without virtual calls.</summary>
internal readonly struct CellListSink(CellList list) : ICellSink
{
    public void Add(Grain grain, Metric metric, int period, long value)
    {
        if (value != 0)
        {
            list.Add(CellKey.Of(grain, metric, period).Packed, value);
        }
    }

    public void AddCohort(Grain grain, int cohort, int offset) =>
        list.Add(CellKey.Of(grain, Metric.Cohort, cohort, offset).Packed, 1);
}

/// <summary>As <see cref="CellListSink"/>, for a recount.</summary>
internal readonly struct TotalsSink(TotalsTable totals) : ICellSink
{
    public void Add(Grain grain, Metric metric, int period, long value) => totals.Add(grain, metric, period, value);

    public void AddCohort(Grain grain, int cohort, int offset) => totals.AddCohort(grain, cohort, offset, 1);
}
