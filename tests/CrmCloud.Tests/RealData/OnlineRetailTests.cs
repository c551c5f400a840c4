using System.Globalization;
using System.Text.Json.Nodes;

namespace CrmCloud.Tests.RealData;

/// <summary>
/// The UCI "Online Retail" file (DOI 10.24432/C5BW33, CC BY 4.0) as it is, through the public API, against a second
/// count of the raw lines that shares no code with the product.
/// </summary>
public sealed class OnlineRetailTests
{
    /// <summary>How the file's columns are read.</summary>
    internal static readonly object[] Mapping =
    [
        new { field = "externalId.source", constant = "online-retail" },
        new { field = "externalId.id", column = "InvoiceNo", groupBy = true },
        new { field = "customer.externalId.source", constant = "online-retail" },
        new { field = "customer.externalId.id", column = "CustomerID" },
        new { field = "customer.country", column = "Country" },
        new { field = "kind", constant = "PURCHASE", refundWhen = new { idStartsWith = "C", negativeTotal = true } },
        new { field = "at", column = "InvoiceDate", timeZone = "Europe/London" },
        new { field = "currency", constant = "GBP" },
        new { field = "items.sku", column = "StockCode" },
        new { field = "items.quantity", column = "Quantity" },
        new { field = "items.unitPrice", column = "UnitPrice" },
    ];

    private const string Figures =
        """
        {
          kpis(first: 30) {
            nodes {
              key
              values(grain: MONTH, range: { from: "2010-12-01", to: "2012-01-01" }) { label value }
            }
          }
          cohorts(grain: MONTH, range: { from: "2010-12-01", to: "2012-01-01" }, asOf: "2011-12-10T00:00:00Z") {
            label size cells { offset active }
          }
          rfm(asOf: "2011-12-10T00:00:00Z") {
            customers
            cells { recency frequency monetary customers }
            groups { group customers revenue { amount } }
          }
        }
        """;

    [SkippableFact]
    public async Task Every_line_is_accounted_for_and_every_figure_equals_a_second_count_of_the_file()
    {
        var file = Repository.SharedFile("data", "online-retail", "online_retail.csv.gz");
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("retail");

        var done = await RealShop.ImportAsync(shop, file, null, Mapping);
        var figures = await shop.GetAsync(Figures);

        AssertEveryLine(done);
        var truth = new RetailTruth(file);
        Assert.Equal(13 * 13, CompareIndicators(truth, figures["kpis"]!["nodes"]!.AsArray()));
        Assert.Equal(13 + (13 * 14 / 2), CompareCohorts(truth, figures["cohorts"]!.AsArray()));
        CompareRfm(truth, figures["rfm"]!);
    }

    private static void AssertEveryLine(JsonNode done)
    {
        var rows = done["summary"]!["rows"]!;
        long Rows(string name) => rows[name]!.GetValue<long>();
        Assert.Equal("SUCCEEDED", done["status"]!.GetValue<string>());
        Assert.Equal((541_909L, 541_909L), (done["rowsDone"]!.GetValue<long>(), Rows("read")));
        Assert.Equal((406_829L, 0L, 135_080L), (Rows("created"), Rows("rejected"), Rows("skipped")));
        Assert.Equal(135_080L, Assert.Single(done["summary"]!["skipReasons"]!.AsArray())!["rows"]!.GetValue<long>());
        Assert.Equal(4_372L, done["summary"]!["customersCreated"]!.GetValue<long>());
    }

    private static int CompareIndicators(RetailTruth truth, JsonArray kpis)
    {
        var compared = 0;
        foreach (var month in RetailTruth.Months)
        {
            foreach (var (key, expected) in truth.Indicators(month))
            {
                var kpi = kpis.Single(k => k!["key"]!.GetValue<string>() == key)!;
                var value = kpi["values"]!.AsArray().Single(
                    v => v!["label"]!.GetValue<string>() == RetailTruth.Label(month))!;
                var actual = value["value"].Exact();
                // Answers are rounded to six decimals; anything beyond is a difference.
                Assert.True(actual is null == expected is null && Math.Abs((actual - expected) ?? 0) <= 0.0000006m,
                    FormattableString.Invariant($"{key} of {RetailTruth.Label(month)}: {actual}, counted {expected}"));
                compared++;
            }
        }

        return compared;
    }

    private static int CompareCohorts(RetailTruth truth, JsonArray rows)
    {
        var compared = 0;
        foreach (var row in rows)
        {
            var month = RetailTruth.Months.Single(m => RetailTruth.Label(m) == row!["label"]!.GetValue<string>());
            Assert.Equal(truth.CohortCell(month, 0), row!["size"]!.GetValue<int>());
            compared++;
            foreach (var cell in row["cells"]!.AsArray())
            {
                Assert.Equal(
                    truth.CohortCell(month, cell!["offset"]!.GetValue<int>()), cell["active"]!.GetValue<int>());
                compared++;
            }
        }

        return compared;
    }

    private static void CompareRfm(RetailTruth truth, JsonNode rfm)
    {
        int Of(JsonNode node, string name) => node[name]!.GetValue<int>();
        var cells = truth.RfmCells(new(2011, 12, 10));
        var groups = rfm["groups"]!.AsArray().ToDictionary(
            g => g!["group"]!.GetValue<string>(), g => Of(g!, "customers"));

        Assert.Equal(
            cells.Select(c => $"{c.Key} {c.Value}").Order(),
            rfm["cells"]!.AsArray()
                .Select(c => $"{(Of(c!, "recency"), Of(c!, "frequency"), Of(c!, "monetary"))} {Of(c!, "customers")}")
                .Order());
        Assert.Equal(truth.ByCustomer.Count, Of(rfm, "customers"));
        var named = cells.GroupBy(c => RetailTruth.Group(c.Key)).ToDictionary(g => g.Key, g => g.Sum(c => c.Value));
        foreach (var (group, customers) in groups.Where(g => g.Key != "PROSPECT"))
        {
            Assert.Equal($"{group} {named.GetValueOrDefault(group)}", $"{group} {customers}");
        }

        Assert.Equal(
            truth.Orders.Sum(o => o.Amount), rfm["groups"]!.AsArray().Sum(g => g!["revenue"]!["amount"].Exact()));
    }
}
