using System.Text;
using CrmCloud.Core.Live;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.Tests.Objectives;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Live;

public sealed class SlowReaderTests : IAsyncLifetime
{
    private const int Customers = LiveLimits.Buffered + 300;
    private Shop _shop = null!;

    public async Task InitializeAsync() => _shop = await Shop.OpenAsync(withOrders: false);

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task One_who_reads_nothing_is_ended_with_what_was_kept_and_the_others_hear_of_everybody()
    {
        var rows = string.Concat(Enumerable.Range(1, Customers).Select(n =>
            $"{{\"externalId\":{{\"source\":\"shop\",\"id\":\"C-{n}\"}},\"country\":\"GB\"}}\n"));
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(rows));
        var uploadId = await _shop.Key.UploadAsync("customers.jsonl", file);
        await _shop.Key.DoAsync("bulkImport", "BulkImportInput",
            new { target = "CUSTOMERS", uploadId, format = "JSONL" }, "operation { id }");
        await _shop.Key.WorkAsync();
        var made = await _shop.Key.DoAsync("segmentCreate", "SegmentInput",
            new { key = "all", name = "All", kind = "DYNAMIC", rule = new { expression = "country = 'GB'" } },
            "segment { id }");
        var id = made["segment"]!["id"]!.GetValue<string>();
        var moves = _shop.Cloud.Services.GetRequiredService<LiveMoves>();
        using var stop = new CancellationTokenSource();
        var stuck = await moves.ListenAsync(
            await CallerAsync(), Core.Shared.GlobalId.Local(id, "Segment")!, stop.Token);
        using var good = await TestStream.OpenAsync(_shop.Key,
            "subscription($id: ID!) { segmentMembershipChanged(segmentId: $id) { customer { id } } }", new { id });

        await _shop.Key.WorkAsync();

        // As many as are kept for the other are heard before the patience with him is over; then all the others.
        var heard = new HashSet<string>();
        await ReadAsync(good, heard, LiveLimits.Buffered);
        await TestStream.WhileTimePassesAsync(ReadAsync(good, heard, Customers), _shop.Clock, LiveLimits.Patience);
        var (told, end) = await EndOfAsync(stuck);

        Assert.Equal(Customers, heard.Count);
        Assert.Equal((LiveLimits.Buffered, "SUBSCRIBER_TOO_SLOW"), (told, end));
    }

    private static async Task<int> ReadAsync(TestStream stream, HashSet<string> heard, int count)
    {
        while (heard.Count < count)
        {
            heard.Add((await stream.ValueAsync())["customer"]!["id"]!.GetValue<string>());
        }

        return heard.Count;
    }

    private static async Task<(int Told, string? End)> EndOfAsync(IAsyncEnumerable<SegmentMove> moves)
    {
        var told = 0;
        try
        {
            await foreach (var _ in moves)
            {
                told++;
            }

            return (told, null);
        }
        catch (GraphQLRequestException end)
        {
            return (told, end.Code);
        }
    }

    private async Task<Caller> CallerAsync()
    {
        var keys = _shop.Cloud.Services.GetRequiredService<KeyRing>();
        var holder = (await keys.CheckAsync($"Bearer {_shop.Key.Text}", default)).Holder!;
        return new()
        {
            Tenant = holder.Tenant, App = holder.App, Store = holder.Store, Cursors = holder.Cursors,
            Now = _shop.Clock.Now, RequestId = "test",
        };
    }
}
