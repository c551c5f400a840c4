namespace CrmCloud.Core.Kpis;

/// <summary>
/// A count or a sum that is kept per grain and period. Numbers are stored; append only, never renumber.
/// </summary>
/// <remarks>
/// Only what can be added and subtracted is kept. The ones called moves are differences: the value at a period is the
/// sum over all periods up to it (<see cref="TotalsTable.SumTo"/>), so a customer costs as many entries as he has
/// orders, not as many as there are periods.
/// </remarks>
public enum Metric : byte
{
    /// <summary>Qualifying orders.</summary>
    Orders,

    /// <summary>Gross sum of qualifying orders, minor units.</summary>
    Revenue,

    /// <summary>Customers with at least one order in the period.</summary>
    Customers,

    /// <summary>Customers with at least two.</summary>
    RepeatCustomers,

    /// <summary>Customers whose first order lies in the period.</summary>
    NewCustomers,

    /// <summary>Customers with an order in this period and in the one before.</summary>
    Retained,

    /// <summary>Moves of the sum over customers of the day number of their last order.</summary>
    LastOrderDayMoves,

    /// <summary>Sum of refunds that count, minor units, at their own date.</summary>
    Refunds,

    /// <summary>How many refunds count.</summary>
    RefundCount,

    /// <summary>Of these, refunds that name no known order.</summary>
    UnlinkedRefunds,

    /// <summary>Customers with an exposure in the period.</summary>
    Exposed,

    /// <summary>Of these, customers with an order within the attribution window of one of those exposures.</summary>
    Converted,

    /// <summary>Moves of the number of customers active (churn window) at the period's first instant.</summary>
    ActiveAtStartMoves,

    /// <summary>Of those active at the start, who was no more at the end (or now, if that is earlier).</summary>
    Lost,

    /// <summary>As <see cref="ActiveAtStartMoves"/>, with the retention window; empty unless that is set.</summary>
    RetainableMoves,

    /// <summary>As <see cref="Lost"/>, with the retention window.</summary>
    NotRetained,

    /// <summary>Left out: orders that refunds took back whole.</summary>
    FullyRefundedOrders,

    /// <summary>Left out: orders that a cancellation names.</summary>
    CancelledOrders,

    /// <summary>Left out: orders and refunds whose amount is 0 or less.</summary>
    NonPositiveAmounts,

    /// <summary>Left out: refunds of orders that were themselves left out.</summary>
    VanishedRefunds,

    /// <summary>Never counted as orders: quotes and leads.</summary>
    QuotesAndLeads,

    /// <summary>Customers of a cohort who ordered in the period at an offset from the cohort's.</summary>
    Cohort,
}

public static class Metrics
{
    /// <summary>Kept per period; <see cref="Metric.Cohort"/> is kept per cohort and offset.</summary>
    public const int PerPeriod = (int)Metric.Cohort;
}
