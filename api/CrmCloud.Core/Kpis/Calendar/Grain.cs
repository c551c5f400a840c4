namespace CrmCloud.Core.Kpis;

/// <summary>The length of a reporting period. The order is that of stored figures; never renumber.</summary>
public enum Grain
{
    Day,

    /// <summary>ISO 8601 by default (Monday first); the tenant's week start shifts it.</summary>
    Week,

    /// <summary>Calendar month, whatever the fiscal year.</summary>
    Month,

    /// <summary>A quarter of the fiscal year.</summary>
    Quarter,

    /// <summary>The fiscal year, named after the calendar year in which it starts.</summary>
    Year,
}

/// <summary>What every grain has in common.</summary>
public static class Grains
{
    public const int Count = 5;

    public static IReadOnlyList<Grain> All { get; } =
        [Grain.Day, Grain.Week, Grain.Month, Grain.Quarter, Grain.Year];

    /// <summary>How many cohort offsets are kept: 0 to this, exclusive. Later cells are not kept.</summary>
    /// <remarks>Bounds a cohort to 366 days, about 5 years of weeks, 20 years of months or 40 years.</remarks>
    public static int CohortOffsets(Grain grain) => grain switch
    {
        Grain.Day => 366,
        Grain.Week => 261,
        Grain.Month => 240,
        Grain.Quarter => 80,
        _ => 40,
    };
}
