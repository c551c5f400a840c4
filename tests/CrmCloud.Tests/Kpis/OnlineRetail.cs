using System.Globalization;
using System.IO.Compression;
using CrmCloud.Core.Kpis;
using NodaTime;

namespace CrmCloud.Tests.Kpis;

/// <summary>The UCI "Online Retail" lines (DOI 10.24432/C5BW33, CC BY 4.0) as histories of their customers.</summary>
/// <remarks>
/// An invoice is an order at the time of its earliest line; one whose number starts with C is a refund. A line is
/// quantity x unit price, half-even to pence. Lines without a customer are passed over. Times are London's.
/// </remarks>
internal static class OnlineRetail
{
    private static readonly DateTimeZone London = DateTimeZoneProviders.Tzdb["Europe/London"];

    /// <summary>Null where the data is not there.</summary>
    public static string? Path()
    {
        var shared = Environment.GetEnvironmentVariable("CRMCLOUD_SHARED") ?? BesideTheCheckout();
        var path = shared is null ? null : System.IO.Path.Combine(shared, "data/online-retail/online_retail.csv.gz");
        return File.Exists(path) ? path : null;
    }

    public static Dictionary<long, CustomerHistory> Read(string path)
    {
        var invoices = new Dictionary<string, (long Customer, DateTime At, decimal Amount)>();
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var cells = Split(line);
            if (cells[6].Length == 0)
            {
                continue;
            }

            var customer = (long)decimal.Parse(cells[6], CultureInfo.InvariantCulture);
            var at = DateTime.Parse(cells[4], CultureInfo.InvariantCulture);
            var quantity = int.Parse(cells[3], CultureInfo.InvariantCulture);
            var price = decimal.Parse(cells[5], CultureInfo.InvariantCulture);
            var amount = decimal.Round(quantity * price, 2, MidpointRounding.ToEven);
            var seen = invoices.TryGetValue(cells[0], out var known);
            invoices[cells[0]] = seen
                ? (customer, known.At < at ? known.At : at, known.Amount + amount)
                : (customer, at, amount);
        }

        return Histories(invoices);
    }

    private static Dictionary<long, CustomerHistory> Histories(
        Dictionary<string, (long Customer, DateTime At, decimal Amount)> invoices)
    {
        var histories = new Dictionary<long, CustomerHistory>();
        foreach (var (number, (customer, at, amount)) in invoices)
        {
            if (!histories.TryGetValue(customer, out var history))
            {
                histories[customer] = history = new CustomerHistory();
            }

            var isRefund = number.StartsWith('C');
            history.Replace(new Fact(
                Fact.IdOf(number), 1, isRefund ? FactKind.Refund : FactKind.Purchase,
                LocalDateTime.FromDateTime(at).InZoneLeniently(London).ToInstant().ToUnixTimeMilliseconds())
            {
                Amount = (long)(amount * 100) * (isRefund ? -1 : 1),
            });
        }

        return histories;
    }

    // Descriptions may be quoted; a quoted quote never separates cells.
    private static List<string> Split(string line)
    {
        var (cells, cell, quoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        foreach (var letter in line)
        {
            if (letter == '"')
            {
                quoted = !quoted;
            }
            else if (letter == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(letter);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }

    private static string? BesideTheCheckout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "CrmCloud.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.Parent is null ? null : System.IO.Path.Combine(folder.Parent.FullName, "shared");
    }
}
