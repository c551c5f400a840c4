using System.Diagnostics;
using System.Globalization;
using CrmCloud.Core.Predictive;

namespace CrmCloud.Benchmarks;

/// <summary>How long a tenant's model takes to fit, and a customer's value to compute.</summary>
internal static class PredictBenchmark
{
    private static readonly DateOnly End = new(1997, 9, 30);

    public static void Run(string[] args)
    {
        if (args.Length == 0 || !File.Exists(args[0]))
        {
            Console.Error.WriteLine("usage: predict <CDNOW_master.txt>");
            Environment.ExitCode = 2;
            return;
        }

        var customers = Read(args[0]);
        Fit("CDNOW master file", customers);
        Fit("once more, warm", customers);
        Fit("synthetic", Synthetic(1_000_000));
    }

    private static void Fit(string name, List<(PurchaseHistory History, double Mean)> customers)
    {
        var sample = new ValueSample();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < customers.Count; i++)
        {
            var key = unchecked((long)(((ulong)i * 0x9E3779B97F4A7C15) >> 1));
            sample.Add(key, customers[i].History, customers[i].Mean);
        }

        var gather = clock.Elapsed;
        clock.Restart();
        var model = sample.Fit(default);
        Console.WriteLine($"{name}: {customers.Count} customers, {model.Repeating} repeat, sample {model.Sample}; "
            + $"gather {gather.TotalMilliseconds:f0} ms, fit {clock.Elapsed.TotalMilliseconds:f0} ms; "
            + $"{model.Purchases} {model.Spend}");
        clock.Restart();
        var few = customers.Take(20_000).ToList();
        var value = few.Sum(c => LifetimeValue.Standard.Of(
            model.Purchases!, c.History, model.Spend!.ExpectedSpend(c.History.Repeats, c.Mean)));
        Console.WriteLine($"  value of 12 months: {clock.Elapsed.TotalMicroseconds / few.Count:f1} us a customer, "
            + $"mean {value / few.Count:f2}");
    }

    private static List<(PurchaseHistory History, double Mean)> Read(string path) =>
        [.. File.ReadLines(path).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(row => row.Length == 4)
            .Select(row => (
                Id: row[0],
                Day: DateOnly.ParseExact(row[1], "yyyyMMdd", CultureInfo.InvariantCulture),
                Sum: double.Parse(row[3], CultureInfo.InvariantCulture)))
            .Where(row => row.Day <= End)
            .GroupBy(row => row.Id)
            .Select(customer => Of([.. customer.GroupBy(row => row.Day.DayNumber, row => row.Sum)
                .Select(day => (day.Key, day.Sum())).OrderBy(day => day.Key)]))];

    private static (PurchaseHistory, double) Of(List<(int Day, double Sum)> days) =>
        (new(days.Count - 1, days[^1].Day - days[0].Day, End.DayNumber - days[0].Day),
            days.Count == 1 ? 0 : days.Skip(1).Average(day => day.Sum));

    private static List<(PurchaseHistory, double)> Synthetic(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var age = random.Next(1, 1_000);
            var repeats = random.Next(3) == 0 ? random.Next(1, 12) : 0;
            return (new PurchaseHistory(repeats, repeats == 0 ? 0 : random.Next(1, age + 1), age),
                repeats == 0 ? 0 : 10 + (90 * random.NextDouble()));
        })];
    }
}
