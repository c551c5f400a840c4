using CrmCloud.Core.Jobs;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Functions;

/// <summary>What is asked for by mutation, in a deployment where nobody but timers looks for it.</summary>
public sealed class AskedVisitTests
{
    [Theory]
    [InlineData("kpiRecompute", "RecomputeInput")]
    [InlineData("segmentRecompute", "IdInput")]
    public async Task What_was_asked_for_by_mutation_is_done_by_the_next_timer(string mutation, string inputType)
    {
        await using var cloud = await TestCloud.StartAsync();
        var red = await cloud.TenantAsync("red");
        await red.WorkAsync();
        var schedule = new VisitSchedule(cloud.Stores);
        using var desk = new VisitDesk(cloud.Services.GetRequiredService<TenantVisit>(), schedule, cloud.Time, default);
        var rounds = new VisitRounds(schedule, desk, cloud.Services.GetRequiredService<TenantDirectory>(), cloud.Time);
        await rounds.EverybodyAsync(default);
        cloud.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(await schedule.DueAsync(cloud.Clock.Now, default), row => row.Mode == DataMode.Live);

        var id = mutation == "kpiRecompute" ? GlobalId.Of("Kpi", "revenue") : await SegmentAsync(red);
        await red.DoAsync(mutation, inputType, new { id }, "run { id }", options: new { dryRun = true });
        Assert.DoesNotContain(await schedule.DueAsync(cloud.Clock.Now, default), row => row.Mode == DataMode.Live);

        var run = (await red.DoAsync(mutation, inputType, new { id }, "run { id }"))["run"]!["id"]!.GetValue<string>();
        await rounds.DueAsync(default);

        var done = await red.GetAsync($"{{ node(id: \"{run}\") {{ ... on JobRun {{ status }} }} }}");
        Assert.Equal("SUCCEEDED", done["node"]!["status"]!.GetValue<string>());
    }

    private static async Task<string> SegmentAsync(TestKey key) =>
        (await key.GetAsync("{ segments(first: 1) { nodes { id } } }"))["segments"]!["nodes"]![0]!["id"]!
            .GetValue<string>();
}
