using CrmCloud.Core.Customers;
using CrmCloud.Core.Demo;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Objectives;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Store;
using CrmCloud.Tests.Tenants;

namespace CrmCloud.Tests.Demo;

public sealed class DemoTenantTests : IAsyncDisposable
{
    private const string Key = "a-demo-key-chosen-by-the-operator";
    private static readonly CancellationToken Stop = CancellationToken.None;
    private readonly TenantFixture _cloud = new();
    private readonly ChangeSignal _signal = new();
    private readonly DemoTenant _demo;

    public DemoTenantTests() => _demo = new(_cloud.Store, _cloud.Tenants, _signal, _cloud.Clock);

    public async ValueTask DisposeAsync()
    {
        _signal.Dispose();
        await _cloud.DisposeAsync();
    }

    [Fact]
    public async Task The_demo_is_made_once_is_told_to_the_workers_and_its_key_opens_it()
    {
        Assert.True(await _demo.BelongsHereAsync(Stop));

        Assert.True(await _demo.EnsureAsync(Key, Stop) > 0);
        Assert.Equal(0, await _demo.EnsureAsync(Key, Stop));

        Assert.Equal("demo", (await _cloud.CheckAsync(Key)).Holder!.Tenant.Slug);
        Assert.Equal(new TenantMode("demo", DataMode.Live), await _signal.TakeAsync(Stop));
        Assert.Equal(2_000, await CountCustomersAsync());
    }

    [Fact]
    public async Task A_start_that_was_cut_off_is_finished_by_the_next_with_the_same_people()
    {
        await _demo.EnsureAsync(Key, Stop);
        var store = _cloud.Store.Open("demo", DataMode.Live);
        var first = (await store.QueryAsync<Customer>(Customers("0") with { Take = 5 }, Stop)).Items;
        var state = (await _cloud.Store.Directory.FindAsync<DemoState>(DemoState.KeyOf(), Stop))!;
        await _cloud.Store.Directory.SaveAsync(Batch.Of(state with { FinishedAt = null }), Stop);
        foreach (var customer in first)
        {
            await store.SaveAsync(new Batch().Purge(customer), Stop);
        }

        // Days later, so that a plan made anew would invent other people.
        _cloud.Clock.Advance(TimeSpan.FromDays(3));
        await _demo.EnsureAsync(Key, Stop);

        Assert.Equal(2_000, await CountCustomersAsync());
        var again = await store.FindAsync<Customer>(first[0].Key, Stop);
        Assert.Equal(DocumentJson.Write(first[0]), DocumentJson.Write(again!));
    }

    [Fact]
    public async Task The_shop_has_three_objectives_that_are_measured_and_watched()
    {
        await _demo.EnsureAsync(Key, Stop);
        var store = _cloud.Store.Open("demo", DataMode.Live);
        await CrmCloud.Core.Kpis.FigureVisit.RunAsync(store, _cloud.Clock.Now, Stop);
        await CrmCloud.Core.Objectives.Worker.ObjectiveVisit.RunAsync(store, _cloud.Clock.Now, Stop);

        var objectives = (await store.QueryAsync<Objective>(new(Container.Master, "", "objective"), Stop)).Items;
        Assert.Equal(
            ["net_income", "repeat_purchase_rate", "orders"],
            objectives.OrderBy(o => o.ObjectiveId).Select(o => o.KpiKey));
        var tenant = (await store.FindAsync<CrmCloud.Core.Tenants.Tenant>(CrmCloud.Core.Tenants.Tenant.KeyOf(), Stop))!;
        var reading = new ProgressReading(store, tenant, _cloud.Clock.Now);
        foreach (var objective in objectives)
        {
            var progress = await reading.ProgressAsync(objective, objective.Grain, Stop);
            Assert.NotEqual(TrackStatus.NoData, progress.Status);

            // Counted from the invented orders, a baseline is what the indicator says of that month, but for refunds.
            var series = await reading.SeriesAsync(objective.Grain, Stop);
            var measured = series.At(
                CrmCloud.Core.Kpis.IndicatorCatalog.Find(objective.KpiKey)!,
                series.Calendar.PeriodOf(objective.Grain, objective.Baseline.At))!.Value!.Value;
            Assert.InRange(objective.Baseline.Value, measured * 0.9m, measured * 1.1m);
        }
    }

    [Fact]
    public async Task The_shop_has_three_segments_with_members_and_canonical_rules()
    {
        await _demo.EnsureAsync(Key, Stop);
        var store = _cloud.Store.Open("demo", DataMode.Live);
        await CrmCloud.Core.Kpis.FigureVisit.RunAsync(store, _cloud.Clock.Now, Stop);
        await SegmentVisit.RunAsync(store, _cloud.Clock.Now, Stop);

        var tenant = (await store.FindAsync<CrmCloud.Core.Tenants.Tenant>(CrmCloud.Core.Tenants.Tenant.KeyOf(), Stop))!;
        var sizes = await new MembershipReader(store, tenant).SizesAsync(Stop);
        var catalog = await SegmentCatalog.LoadAsync(store, tenant, Stop);
        var compiler = new RuleCompiler(
            SegmentRuleSource.Vocabulary(tenant, await AttributeCatalog.LoadAsync(store, Stop), catalog));
        var own = catalog.All.Where(segment => !segment.IsBuiltIn).ToList();
        Assert.Equal(
            ["lapsing-big-spenders", "second-order-due", "unhappy"], own.Select(segment => segment.SegmentKey));
        foreach (var segment in own)
        {
            Assert.InRange(sizes[segment.SegmentId], 5, 400);
            Assert.Equal(segment.RuleText, compiler.Compile(segment.RuleText!).Value.Text);
        }
    }

    [Fact]
    public async Task Another_key_of_the_operator_opens_the_same_demo()
    {
        await _demo.EnsureAsync(Key, Stop);

        await _demo.EnsureAsync("another-key-chosen-by-the-operator", Stop);

        Assert.NotNull((await _cloud.CheckAsync("another-key-chosen-by-the-operator")).Holder);
        Assert.NotNull((await _cloud.CheckAsync(Key)).Holder);
    }

    [Fact]
    public async Task Where_somebody_has_a_tenant_no_demo_belongs()
    {
        await _cloud.MakeAsync("acme");

        Assert.False(await _demo.BelongsHereAsync(Stop));
    }

    private async Task<int> CountCustomersAsync()
    {
        var store = _cloud.Store.Open("demo", DataMode.Live);
        var count = 0;
        foreach (var partition in Buckets.Partitions)
        {
            count += (await store.QueryAsync<Customer>(Customers(partition), Stop)).Items.Count;
        }

        return count;
    }

    private static Query Customers(string partition) => new(Container.Master, partition, "customer") { Take = 1_000 };
}
