namespace CrmCloud.Core.Kpis;

/// <summary>Which cells a calculation writes; all of them unless a reader wants less.</summary>
[Flags]
public enum FigureParts
{
    None = 0,

    /// <summary>Orders, revenue, customers, retained, refunds, exposures, what was left out.</summary>
    Periods = 1,

    /// <summary>Active at start and lost, by churn and retention window.</summary>
    Activity = 2,

    Cohorts = 4,

    All = Periods | Activity | Cohorts,
}

/// <summary>
/// Everything that is computed about one customer: load a history, then ask. Reused for many customers of one tenant.
/// </summary>
/// <remarks>
/// Pure: the answers depend on the loaded facts, the definitions and now, on nothing else. Not safe for several
/// threads: keep one per thread, and never share one between tenants. The rules for qualifying orders are in kpis.md
/// and README, "KPIs".
/// </remarks>
public sealed class CustomerFigures
{
    private static readonly Grain[] AllGrains = [.. Grains.All];

    private readonly Definitions _definitions;
    private readonly PeriodCalendar _calendar;
    private readonly Ledger _ledger;
    private readonly ActivityRuns _churn;
    private readonly ActivityRuns _retention;
    private readonly GrainRows _rows = new();
    private readonly CellList _cells = new(512);
    private readonly Columns _columns = new();
    private readonly Touches _touches = new();
    private bool[] _exposing = [];
    private Columns? _exposingOf;
    private Growing<bool> _led = new();
    private long _now;

    public CustomerFigures(Definitions definitions)
    {
        _definitions = definitions;
        _calendar = definitions.Calendar;
        _ledger = new Ledger(definitions);
        _churn = new ActivityRuns(_calendar, Metric.ActiveAtStartMoves, Metric.Lost);
        _retention = new ActivityRuns(_calendar, Metric.RetainableMoves, Metric.NotRetained);
    }

    internal Ledger Ledger => _ledger;

    /// <param name="now">Epoch milliseconds UTC; later facts do not count.</param>
    public void Load(CustomerHistory history, long now)
    {
        _columns.Clear();
        _columns.Add(0, history);
        Load(_columns, 0, now);
    }

    /// <summary>Loads one customer of a recount's columns.</summary>
    public void Load(Columns columns, int customer, long now)
    {
        Read(columns, customer, now);
        _touches.Read(columns.View(customer, _exposing), now);
    }

    /// <summary>
    /// As <see cref="Load(Columns, int, long)"/> for figures alone: the profile's contacts are not read.
    /// </summary>
    internal void Read(Columns columns, int customer, long now)
    {
        if (columns != _exposingOf || columns.Types.Count != _exposing.Length)
        {
            _exposing = [.. columns.Types.Select(_definitions.ExposureTypes.Contains)];
            _exposingOf = columns;
        }

        _now = now;
        _ledger.Read(columns.View(customer, _exposing), now);
    }

    /// <summary>What the loaded customer adds to the totals.</summary>
    public Contribution Contribution() => ContributionOf(AllGrains);

    /// <summary>What he adds to the totals of one grain.</summary>
    public Contribution Contribution(Grain grain) => ContributionOf([grain]);

    private Contribution ContributionOf(Grain[] grains)
    {
        _cells.Clear();
        Write(new CellListSink(_cells), FigureParts.All, grains);
        return _cells.ToContribution();
    }

    /// <summary>The next instant at which the contribution or the profile changes by time alone.</summary>
    /// <returns>Epoch milliseconds after now, or null when only new facts can change anything.</returns>
    /// <remarks>
    /// A fact dated in the future; the customer turning LAPSING (half the churn window) or CHURNED; the end of the
    /// retention window. Recency in days is not among them: readers compute it from the last order.
    /// </remarks>
    public long? NextChange()
    {
        var next = _ledger.NextFactAt ?? long.MaxValue;
        if (_ledger.OrderAt.Count > 0)
        {
            var last = _ledger.OrderAt.Items[_ledger.OrderAt.Count - 1];
            var churn = Milliseconds(_definitions.ChurnWindow);
            next = Earlier(next, last + (churn / 2));
            next = Earlier(next, last + churn);
            next = _definitions.RetentionWindow is { } window ? Earlier(next, last + Milliseconds(window)) : next;
        }

        return next == long.MaxValue ? null : next;
    }

    /// <summary>The loaded customer as people see him.</summary>
    public CustomerProfile Profile()
    {
        var orders = _ledger.OrderAt.Span;
        var lifecycle = CustomerProfile.LifecycleOf(orders, Milliseconds(_definitions.ChurnWindow), _now);
        return new CustomerProfile
        {
            FirstOrderAt = orders.IsEmpty ? null : orders[0],
            LastOrderAt = orders.IsEmpty ? null : orders[^1],
            LastOrderDay = orders.IsEmpty ? null : _ledger.OrderDay.Span[^1],
            FirstOrderDay = orders.IsEmpty ? null : _ledger.OrderDay.Span[0],
            OrderDays = CustomerProfile.DaysOf(_ledger.OrderDay.Span),
            FirstDayGross = CustomerProfile.FirstDayOf(_ledger.OrderDay.Span, _ledger.OrderAmount.Span),
            Orders = orders.Length,
            Gross = _ledger.Gross,
            Net = _ledger.Gross - _ledger.Refunded,
            Lifecycle = lifecycle,
            Touches = _touches.ToList(),
        };
    }

    internal void Write<TSink>(TSink sink, FigureParts parts, Grain[] grains)
        where TSink : struct, ICellSink
    {
        Prepare(parts);
        foreach (var grain in grains)
        {
            var periodOfDay = _calendar.PeriodOfDay(grain);
            _rows.Group(_ledger, periodOfDay);
            if ((parts & FigureParts.Periods) != 0)
            {
                _rows.WriteOrders(sink, grain);
                _rows.WriteSequence(sink, grain);
                GrainWriter.Refunds(sink, grain, _ledger, periodOfDay);
                GrainWriter.Exposures(sink, grain, _ledger, _led.Span, periodOfDay);
            }

            if ((parts & FigureParts.Activity) != 0 && _ledger.OrderAt.Count > 0)
            {
                GrainWriter.Activity(sink, grain, _churn, _calendar, _now);
                GrainWriter.Activity(sink, grain, _retention, _calendar, _now);
            }

            if ((parts & FigureParts.Periods) != 0)
            {
                GrainWriter.LeftOut(sink, grain, _ledger, periodOfDay);
            }

            if ((parts & FigureParts.Cohorts) != 0)
            {
                _rows.WriteCohorts(sink, grain);
            }
        }
    }

    private void Prepare(FigureParts parts)
    {
        if ((parts & FigureParts.Activity) != 0)
        {
            var orders = _ledger.OrderAt.Span;
            _churn.Build(orders, Milliseconds(_definitions.ChurnWindow));
            _retention.Build(
                _definitions.RetentionWindow is null ? [] : orders,
                Milliseconds(_definitions.RetentionWindow ?? TimeSpan.Zero));
        }

        if ((parts & FigureParts.Periods) != 0)
        {
            MarkExposuresThatLed();
        }
    }

    // An exposure led to an order when the first order at or after it comes within the window.
    private void MarkExposuresThatLed()
    {
        _led.Count = 0;
        var window = Milliseconds(_definitions.AttributionWindow);
        var orders = _ledger.OrderAt.Span;
        var next = 0;
        foreach (var at in _ledger.ExposureAt.Span)
        {
            while (next < orders.Length && orders[next] < at)
            {
                next++;
            }

            _led.Add(next < orders.Length && orders[next] < at + window);
        }
    }

    private long Earlier(long best, long candidate) => candidate > _now && candidate < best ? candidate : best;

    private static long Milliseconds(TimeSpan window) => window.Ticks / TimeSpan.TicksPerMillisecond;
}
