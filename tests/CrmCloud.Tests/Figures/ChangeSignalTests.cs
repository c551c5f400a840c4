using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Tests.Figures;

public sealed class ChangeSignalTests
{
    private static readonly TenantMode Red = new("red", DataMode.Live);

    [Fact]
    public async Task A_tenant_signalled_many_times_is_handed_out_once()
    {
        using var signal = new ChangeSignal();
        for (var i = 0; i < 100; i++)
        {
            signal.Notify("red", DataMode.Live);
        }

        Assert.Equal(Red, await signal.TakeAsync(default));
        Assert.False(signal.TakeAsync(default).IsCompleted);
    }

    [Fact]
    public async Task A_tenant_in_work_is_given_to_nobody_else_and_again_when_it_changed_meanwhile()
    {
        using var signal = new ChangeSignal();
        signal.Notify("red", DataMode.Live);
        signal.Notify("red", DataMode.Sandbox);
        var first = await signal.TakeAsync(default);
        var other = await signal.TakeAsync(default);
        var next = signal.TakeAsync(default);

        signal.Notify("red", DataMode.Live);
        Assert.False(next.IsCompleted);
        signal.Done(first);

        Assert.Equal((Red, new TenantMode("red", DataMode.Sandbox), Red), (first, other, await next));
    }

    [Fact]
    public async Task Signals_beyond_the_bound_are_left_to_the_timer_and_never_wait()
    {
        using var signal = new ChangeSignal();
        for (var i = 0; i < ChangeSignal.MostWaiting + 50; i++)
        {
            signal.Notify($"tenant-{i}", DataMode.Live);
        }

        for (var i = 0; i < ChangeSignal.MostWaiting; i++)
        {
            signal.Done(await signal.TakeAsync(default));
        }

        Assert.False(signal.TakeAsync(default).IsCompleted);
    }
}
