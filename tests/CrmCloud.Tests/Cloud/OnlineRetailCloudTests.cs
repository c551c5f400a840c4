using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// Orders in through GraphQL on the Cosmos adapter, indicators out of the Functions program: what they say is what the
/// embedded product says.
/// </summary>
public sealed class OnlineRetailCloudTests(ITestOutputHelper output)
{
    /// <summary>Lines of the file; CRMCLOUD_CLOUD_LINES raises it, up to 541,909.</summary>
    private static readonly int Lines = int.Parse(
        Environment.GetEnvironmentVariable("CRMCLOUD_CLOUD_LINES") ?? "30000", CultureInfo.InvariantCulture);

    [SkippableFact]
    public async Task Every_indicator_equals_the_embedded_one_to_the_cent()
    {
        var watch = Stopwatch.StartNew();
        await using var stage = await CloudStage.StartAsync();
        var shop = await stage.Api.TenantAsync("retail");
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: started");
        var rows = await RetailOrders.ImportAsync(shop, Lines);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: imported {rows.ToJsonString()}");
        await stage.Host.DeliverAsync();
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: delivered {stage.Host.Batches} batches");
        output.WriteLine(string.Join(", ", stage.Gateway.Counted.Select(one => $"{one.Key} {one.Value}")));
        var cloud = await RetailOrders.FiguresAsync(shop, RetailOrders.Periods);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: read {cloud.Count} figures");

        await using var embedded = await TestCloud.StartAsync(TimeProvider.System);
        var same = await embedded.TenantAsync("retail");
        await RetailOrders.ImportAsync(same, Lines);
        await same.WorkAsync();
        var expected = await RetailOrders.FiguresAsync(same, RetailOrders.Periods);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: embedded");

        Assert.Equal(expected, cloud);
        Assert.Equal(0, stage.Host.Refused);
    }
}
