using System.Globalization;
using System.Text.Json.Serialization;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Pipeline;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>A <see cref="Measurement"/> as figures see it.</summary>
internal sealed record MeasurementSource : IDocument
{
    public required string FactId { get; init; }

    public required string MeasureKey { get; init; }

    public required DateOnly At { get; init; }

    public required decimal Amount { get; init; }

    public string? Dimension { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => Measurement.KeyOf(FactId);
}

/// <summary>What was counted of one measurement, so that a correction can take it out again.</summary>
public sealed record CountedMeasure : IDocument
{
    public required string FactId { get; init; }

    /// <summary>Of the measurement that was counted.</summary>
    public required long SourceVersion { get; init; }

    /// <summary>
    /// Null where the measurement was deleted: the mark stays 30 days, so that a late repeat cannot return it.
    /// </summary>
    public MeasureCell? Counted { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(FactId);

    [JsonIgnore]
    public TimeSpan? TimeToLive => Counted is null ? TimeSpan.FromDays(30) : null;

    public static DocumentKey KeyOf(string factId) => new(Container.Figures, "", $"measured/{factId}");
}

/// <param name="Amount">Major units, exact, as invariant text: stores keep numbers as doubles.</param>
public sealed record MeasureCell(string MeasureKey, DateOnly At, string? Dimension, string Amount)
{
    [JsonIgnore]
    public decimal Value => decimal.Parse(Amount, CultureInfo.InvariantCulture);

    public static MeasureCell Of(string key, DateOnly at, string? dimension, decimal amount) =>
        new(key, at, dimension, amount.ToString(CultureInfo.InvariantCulture));
}

/// <summary>Sums of one measure and dimension in one calendar year.</summary>
public sealed record MeasureYear : IDocument
{
    public required string MeasureKey { get; init; }

    public string? Dimension { get; init; }

    public required int Year { get; init; }

    /// <summary>In order of their dates; a day is gone when nothing is recorded on it any more.</summary>
    public IReadOnlyList<MeasureDay> Days { get; init; } = [];

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(MeasureKey, Dimension, Year);

    public static DocumentKey KeyOf(string key, string? dimension, int year) => new(
        Container.Figures, "", string.Create(
            CultureInfo.InvariantCulture,
            $"measures/{key}/{year:d4}/{(dimension is null ? "-" : KeyHash.Of(dimension))}"));

    public static MeasureYear For(MeasureCell cell) =>
        new() { MeasureKey = cell.MeasureKey, Dimension = cell.Dimension, Year = cell.At.Year };

    /// <summary>The year with a cell added, or with sign -1 taken out.</summary>
    public MeasureYear Add(MeasureCell cell, int sign)
    {
        var day = Days.FirstOrDefault(one => one.At == cell.At) ?? new MeasureDay(cell.At, 0, "0");
        var sum = day.Value + (sign * cell.Value);
        day = day with { Count = day.Count + sign, Amount = Plain(sum) };
        var others = Days.Where(one => one.At != cell.At);
        return this with { Days = [.. others.Concat(day.Count == 0 ? [] : [day]).OrderBy(one => one.At)] };
    }

    // Dividing by one with many decimals drops trailing zeros, so equal sums are equal text.
    private static string Plain(decimal sum) =>
        (sum / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);
}

/// <param name="Count">How many measurements are in it: a sum of 0 is not the same as nothing recorded.</param>
/// <param name="Amount">Major units, exact, as invariant text without trailing zeros.</param>
public sealed record MeasureDay(DateOnly At, int Count, string Amount)
{
    [JsonIgnore]
    public decimal Value => decimal.Parse(Amount, CultureInfo.InvariantCulture);
}
