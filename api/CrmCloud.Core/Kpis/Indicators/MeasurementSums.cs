namespace CrmCloud.Core.Kpis;

/// <summary>Sums of recorded measurements per key and local date, such as "acquisition_cost" on 2026-11-21.</summary>
/// <remarks>Amounts are decimals in major units. Nothing recorded in a period means unknown (null), not 0.</remarks>
public sealed class MeasurementSums
{
    private readonly Dictionary<string, SortedDictionary<int, decimal>> _byKey = new(StringComparer.Ordinal);

    public void Add(string key, DateOnly at, decimal amount)
    {
        if (!_byKey.TryGetValue(key, out var days))
        {
            _byKey[key] = days = [];
        }

        days[at.DayNumber] = days.GetValueOrDefault(at.DayNumber) + amount;
    }

    /// <summary>The sum over the dates of a period; null when none was recorded there.</summary>
    public decimal? Sum(string key, PeriodBounds period)
    {
        if (!_byKey.TryGetValue(key, out var days))
        {
            return null;
        }

        var inside = days.Where(d => d.Key >= period.Start.DayNumber && d.Key < period.End.DayNumber);
        return inside.Aggregate((decimal?)null, (sum, day) => (sum ?? 0) + day.Value);
    }
}
