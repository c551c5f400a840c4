using System.Globalization;
using System.Text.Json.Nodes;
using CrmCloud.Core.Predictive;

namespace CrmCloud.Tests.Predictive;

/// <summary>
/// The CDNOW files of Fader and Hardie as purchase histories up to 1997-09-30, and what is published of them.
/// </summary>
internal static class CdnowSample
{
    private static readonly DateOnly End = new(1997, 9, 30);

    /// <param name="Id">Of the sample, or of the master file.</param>
    /// <param name="Mean">Dollars per repeat purchase; 0 without one.</param>
    /// <param name="Later">Purchases after the end.</param>
    public sealed record Customer(int Id, PurchaseHistory History, double Mean, int Later);

    /// <param name="Id">Of the sample.</param>
    public sealed record Expected(int Id, double Cet39, double Alive, double Spend, double Value12);

    public static List<Customer> Read() => Read("CDNOW_sample.txt", idColumn: 1, columns: 5);

    public static List<Customer> ReadMaster() => Read("CDNOW_master.txt", idColumn: 0, columns: 4);

    public static JsonNode Published() =>
        JsonNode.Parse(File.ReadAllText(Repository.SharedFile("data", "expected", "cdnow_bgnbd_gg.json")))!;

    public static List<Expected> ExpectedOfEach() =>
        [.. File.ReadLines(Repository.SharedFile("data", "expected", "cdnow_customers_expected.csv")).Skip(1)
            .Select(line => line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())
            .Select(row => new Expected((int)row[0], row[6], row[7], row[8], row[9]))];

    private static List<Customer> Read(string file, int idColumn, int columns) =>
        [.. File.ReadLines(Repository.SharedFile("data", "cdnow", file))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => row.Length == columns && char.IsDigit(row[0][0]))
            .Select(row => (
                Id: int.Parse(row[idColumn], CultureInfo.InvariantCulture),
                Day: DateOnly.ParseExact(row[^3], "yyyyMMdd", CultureInfo.InvariantCulture),
                Dollars: double.Parse(row[^1], CultureInfo.InvariantCulture)))
            .GroupBy(row => row.Id)
            .Select(customer => Of(customer.Key, [.. customer
                .GroupBy(row => row.Day, row => row.Dollars)
                .Select(day => (day.Key, day.Sum())).OrderBy(day => day.Key)]))];

    private static Customer Of(int id, List<(DateOnly Day, double Dollars)> days)
    {
        var first = days[0].Day.DayNumber;
        var repeats = days.Skip(1).Where(day => day.Day <= End).ToList();
        var last = repeats.Count == 0 ? first : repeats[^1].Day.DayNumber;
        return new(
            id, new(repeats.Count, last - first, End.DayNumber - first),
            repeats.Count == 0 ? 0 : repeats.Average(day => day.Dollars), days.Count(day => day.Day > End));
    }
}
