using System.Globalization;

namespace CrmCloud.Tests.RealData;

/// <summary>
/// The CDNOW master file (Fader and Hardie) as it is: aligned columns, no header quotes, days without a time.
/// </summary>
public sealed class CdnowTests
{
    [SkippableFact]
    public async Task Every_purchase_and_customer_goes_in_and_each_year_earns_what_the_file_adds_up_to()
    {
        var file = Repository.SharedFile("data", "cdnow", "CDNOW_master.txt");
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("cdnow", "USD", "America/New_York");

        var done = await RealShop.ImportAsync(shop, file, "whitespace", Mapping);
        var years = (await shop.GetAsync(
            """
            {
              kpi(ref: { key: "revenue" }) {
                values(grain: YEAR, range: { from: "1997-01-01", to: "1999-01-01" }, asOf: "1999-01-01T12:00:00Z") {
                  label value
                }
              }
            }
            """))["kpi"]!["values"]!.AsArray();

        var summary = done["summary"]!;
        Assert.Equal("SUCCEEDED", done["status"]!.GetValue<string>());
        Assert.Equal(
            (69_659L, 69_659L, 23_570L),
            (summary["read"]!.GetValue<long>(), summary["created"]!.GetValue<long>(),
                summary["customersCreated"]!.GetValue<long>()));
        var expected = File.ReadLines(file).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(cells => cells.Length == 4 && cells[0] != "customer_id")
            .GroupBy(cells => cells[1][..4], cells => decimal.Parse(cells[3], CultureInfo.InvariantCulture))
            .OrderBy(year => year.Key, StringComparer.Ordinal)
            .Select(year => (year.Key, year.Sum()));
        Assert.Equal(expected, years.Select(y => (y!["label"]!.GetValue<string>()[^4..], y["value"].Exact()!.Value)));
    }

    private static readonly object[] Mapping =
    [
        new { field = "externalId.source", constant = "cdnow" },
        new { field = "externalId.id", rowNumberAsId = true },
        new { field = "customer.externalId.source", constant = "cdnow" },
        new { field = "customer.externalId.id", column = "customer_id" },
        new { field = "kind", constant = "PURCHASE" },
        new { field = "at", column = "date", dateFormat = "yyyyMMdd" },
        new { field = "items.sku", constant = "CD" },
        new { field = "items.quantity", column = "number_of_cds" },
        new { field = "items.amount", column = "dollar_value" },
    ];
}
