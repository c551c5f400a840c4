using CrmCloud.Api;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;
using CrmCloud.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CrmCloud.Tests.Figures;

public sealed class EmbeddedWorkersTests
{
    [Fact]
    public async Task The_server_counts_what_was_there_at_the_start_and_what_is_signalled_later()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeClock();
        await using var stores = new SqliteDocumentStore(new() { DataDirectory = folder.Path }, clock);
        var tenants = new TenantDirectory(stores, clock);
        var tenant = (await tenants.CreateAsync(new("red", "GBP", "Europe/London"), default)).Value.Tenant;
        var store = stores.Open("red", DataMode.Live);
        var early = await AddAsync(store);
        using var signal = new ChangeSignal();
        var visits = new TenantVisit(stores, clock, [new("figures", FigureVisit.RunAsync)]);
        using var workers = new EmbeddedWorkers(
            new(visits, Options.Create(new CrmCloudOptions())), tenants, signal, clock,
            NullLogger<EmbeddedWorkers>.Instance);

        await workers.StartAsync(default);
        await UntilAsync(async () => await new FigureReader(store, tenant).ProfileAsync(early, default) is not null);
        var late = await AddAsync(store);
        signal.Notify("red", DataMode.Live);
        await UntilAsync(async () => await new FigureReader(store, tenant).ProfileAsync(late, default) is not null);

        await workers.StopAsync(default);
    }

    private static async Task<string> AddAsync(ITenantStore store)
    {
        var customer = new Customer { CustomerId = Buckets.NewCustomerId(Guid.NewGuid(), 4) };
        await store.SaveAsync(Batch.Of(customer), default);
        return customer.CustomerId;
    }

    // Another thread does the work, so all one can do is look; half a minute is for a busy machine.
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var look = 0; !await isSo(); look++)
        {
            Assert.True(look < 6_000, "The workers did nothing.");
            await timer.WaitForNextTickAsync();
        }
    }
}
