namespace CrmCloud.Core.Kpis;

/// <summary>What decides in which period an instant lies. Two equal settings give the same periods.</summary>
/// <param name="ZoneId">IANA time zone, such as "Europe/London".</param>
/// <param name="WeekStart">ISO weekday on which a week starts: Monday 1 to Sunday 7.</param>
/// <param name="FiscalMonth">Month in which the fiscal year starts, 1 to 12.</param>
/// <param name="FiscalDay">Day on which it starts, 1 to 28, so that every quarter has such a day.</param>
public sealed record CalendarSettings(string ZoneId, int WeekStart = 1, int FiscalMonth = 1, int FiscalDay = 1)
{
    public static CalendarSettings Utc { get; } = new("Etc/UTC");

    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its stated bounds.</exception>
    public void Check()
    {
        Check(WeekStart, 7, nameof(WeekStart));
        Check(FiscalMonth, 12, nameof(FiscalMonth));
        Check(FiscalDay, 28, nameof(FiscalDay));
    }

    private static void Check(int value, int most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
    }
}
