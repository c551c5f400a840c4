using System.Globalization;
using System.IO.Compression;

namespace CrmCloud.Tests.RealData;

/// <summary>A line of the file that names a customer; its amount is rounded half-even to pence.</summary>
internal sealed record RetailLine(string Invoice, string Customer, DateTime At, decimal Amount, string Country);

/// <summary>An order or a refund of the shop, as its file says it. The time is London's.</summary>
internal sealed record RetailOrder(string Customer, DateTime At, decimal Amount)
{
    public int Month => (At.Year * 12) + At.Month - 1;
}

/// <summary>
/// The indicators of the Online Retail file, counted a second time from the raw lines: plain sets and sums over
/// everything, with nothing of the product's code. Slow and obvious on purpose.
/// </summary>
/// <remarks>
/// An invoice of one customer is an order at its earliest line; one whose number starts with C, or whose sum is
/// negative, is a refund. A line is quantity x unit price, half-even to pence. Lines without a customer do not count.
/// </remarks>
internal sealed class RetailTruth
{
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
    private static readonly TimeSpan Window = TimeSpan.FromDays(90);
    private static readonly (string Name, string R, string F, string M)[] Boxes =
    [
        ("CHAMPIONS", "55", "55", "55"), ("POTENTIAL_LOYALIST", "35", "35", "25"), ("LOYAL", "24", "24", "24"),
        ("PROMISING", "34", "13", "35"), ("NEW", "45", "13", "15"), ("CANT_LOSE", "12", "34", "45"),
        ("AT_RISK", "12", "25", "45"), ("NEEDS_ATTENTION", "13", "35", "35"), ("ABOUT_TO_SLEEP", "23", "13", "14"),
        ("LOST", "11", "15", "15"),
    ];

    public RetailTruth(string file)
    {
        var invoices = Lines(file).GroupBy(line => (line.Invoice, line.Customer)).Select(lines => (
            IsCancellation: lines.Key.Invoice.StartsWith('C'),
            Fact: new RetailOrder(lines.Key.Customer, lines.Min(l => l.At), lines.Sum(l => l.Amount)))).ToList();
        Orders = [.. invoices.Where(i => !i.IsCancellation && i.Fact.Amount > 0).Select(i => i.Fact)];
        Refunds = [.. invoices.Where(i => (i.IsCancellation || i.Fact.Amount < 0) && i.Fact.Amount != 0)
            .Select(i => i.Fact with { Amount = -i.Fact.Amount })];
        ByCustomer = Orders.GroupBy(o => o.Customer).ToDictionary(g => g.Key, g => g.OrderBy(o => o.At).ToList());
    }

    private RetailTruth(List<RetailOrder> orders, List<RetailOrder> refunds)
    {
        (Orders, Refunds) = (orders, refunds);
        ByCustomer = Orders.GroupBy(o => o.Customer).ToDictionary(g => g.Key, g => g.OrderBy(o => o.At).ToList());
    }

    public List<RetailOrder> Orders { get; }

    /// <summary>The amounts are positive.</summary>
    public List<RetailOrder> Refunds { get; }

    public Dictionary<string, List<RetailOrder>> ByCustomer { get; }

    /// <summary>December 2010 to December 2011, as years x 12 + month.</summary>
    public static IEnumerable<int> Months => Enumerable.Range((2010 * 12) + 11, 13);

    /// <summary>The same shop with some of its customers only.</summary>
    public RetailTruth Of(IReadOnlySet<string> customers) => new(
        [.. Orders.Where(o => customers.Contains(o.Customer))],
        [.. Refunds.Where(r => customers.Contains(r.Customer))]);

    public static string Label(int month) => FormattableString.Invariant($"{month / 12}-{(month % 12) + 1:00}");

    /// <summary>Every indicator that the file says something about, by key; null where it is unknown.</summary>
    public Dictionary<string, decimal?> Indicators(int month)
    {
        var orders = Orders.Where(o => o.Month == month).ToList();
        var counts = orders.GroupBy(o => o.Customer).ToDictionary(g => g.Key, g => g.Count());
        var before = Orders.Where(o => o.Month == month - 1).Select(o => o.Customer).ToHashSet();
        var (revenue, refunds) = (orders.Sum(o => o.Amount), Refunds.Where(r => r.Month == month).Sum(r => r.Amount));
        var (activeBefore, activeAfter) = (Active(month), Active(month + 1));
        var ever = ByCustomer.Values.Select(all => all.Where(o => o.Month <= month).ToList())
            .Where(o => o.Count > 0)
            .ToList();
        var lastDay = Start(month + 1).AddDays(-1).Date;
        return new()
        {
            ["orders"] = orders.Count,
            ["customers"] = counts.Count,
            ["new_customers"] = counts.Keys.Count(c => ByCustomer[c][0].Month == month),
            ["revenue"] = revenue,
            ["net_revenue"] = revenue - refunds,
            ["average_order_value"] = revenue / orders.Count,
            ["arpu"] = revenue / counts.Count,
            ["repeat_purchase_rate"] = 100m * counts.Values.Count(n => n > 1) / counts.Count,
            ["retention_rate"] = Percent(before.Count(counts.ContainsKey), before.Count),
            ["churn_rate"] = Percent(activeBefore.Except(activeAfter).Count(), activeBefore.Count),
            ["recency"] = ever.Sum(o => (decimal)(lastDay - o[^1].At.Date).Days) / ever.Count,
            ["frequency"] = ever.Sum(o => (decimal)o.Count) / ever.Count,
            ["monetary"] = ever.Sum(o => o.Sum(one => one.Amount)) / ever.Count,
        };
    }

    /// <summary>Customers of a cohort who ordered so many months after it; at 0 all of them.</summary>
    public int CohortCell(int month, int offset) =>
        ByCustomer.Values.Count(o => o[0].Month == month && o.Any(one => one.Month == month + offset));

    /// <summary>Customers by scores 1 to 5 of recency, frequency and monetary value, as of a local day.</summary>
    public Dictionary<(int R, int F, int M), int> RfmCells(DateTime today) =>
        Scores(today).Values.CountBy(score => score).ToDictionary();

    /// <summary>The scores of everybody who ordered, as of a local day.</summary>
    public Dictionary<string, (int R, int F, int M)> Scores(DateTime today)
    {
        var values = ByCustomer.ToDictionary(c => c.Key, c => (
            Recency: (decimal)-(today - c.Value[^1].At.Date).Days, Frequency: (decimal)c.Value.Count,
            Monetary: c.Value.Sum(one => one.Amount)));
        var r = Cuts(values.Values.Select(v => v.Recency));
        var f = Cuts(values.Values.Select(v => v.Frequency));
        var m = Cuts(values.Values.Select(v => v.Monetary));
        return values.ToDictionary(
            v => v.Key, v => (Score(v.Value.Recency, r), Score(v.Value.Frequency, f), Score(v.Value.Monetary, m)));
    }

    /// <summary>The built-in groups as the design lists them: bounds of R, F and M, the first that fits.</summary>
    public static string Group((int R, int F, int M) cell) => Boxes.FirstOrDefault(box =>
        cell.R >= box.R[0] - '0' && cell.R <= box.R[1] - '0' && cell.F >= box.F[0] - '0' && cell.F <= box.F[1] - '0'
        && cell.M >= box.M[0] - '0' && cell.M <= box.M[1] - '0').Name ?? "OTHER";

    private static decimal? Percent(int part, int whole) => whole == 0 ? null : 100m * part / whole;

    // The last value of each fifth; a score is one more than the cuts that lie below a value.
    private static List<decimal> Cuts(IEnumerable<decimal> values)
    {
        var sorted = values.Order().ToList();
        return [.. Enumerable.Range(1, 4).Select(k => sorted[(((k * sorted.Count) + 4) / 5) - 1])];
    }

    private static int Score(decimal value, List<decimal> cuts) => 1 + cuts.Count(cut => cut < value);

    /// <summary>Customers with an order in the 90 x 24 hours up to the first instant of a month.</summary>
    private HashSet<string> Active(int month)
    {
        var end = Utc(Start(month));
        return
        [
            .. ByCustomer.Where(c => c.Value.Any(o => Utc(o.At) > end - Window && Utc(o.At) <= end)).Select(c => c.Key),
        ];
    }

    private static DateTime Start(int month) => new(month / 12, (month % 12) + 1, 1);

    private static DateTime Utc(DateTime local) => TimeZoneInfo.ConvertTimeToUtc(local, London);

    public static IEnumerable<RetailLine> Lines(string file)
    {
        using var text = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        Assert.Equal(
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", text.ReadLine());
        while (text.ReadLine() is { } line)
        {
            var cells = Cells(line);
            Assert.Equal(8, cells.Count);
            if (cells[6].Length > 0)
            {
                var amount = int.Parse(cells[3], CultureInfo.InvariantCulture) * decimal.Parse(
                    cells[5], CultureInfo.InvariantCulture);
                yield return new(cells[0], cells[6], DateTime.Parse(cells[4], CultureInfo.InvariantCulture),
                    decimal.Round(amount, 2, MidpointRounding.ToEven), cells[7]);
            }
        }
    }

    // Only descriptions are quoted, and none holds a line break; a doubled quote changes nothing that is counted.
    private static List<string> Cells(string line) =>
        [.. line.Split('"').SelectMany((part, i) => i % 2 == 1 ? [part.Replace(',', ';')] : new[] { part })
            .Aggregate("", (all, part) => all + part).Split(',')];
}
