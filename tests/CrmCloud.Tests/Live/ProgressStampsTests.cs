using CrmCloud.Core.Jobs;
using CrmCloud.Core.Live;
using CrmCloud.Store;

namespace CrmCloud.Tests.Live;

public sealed class ProgressStampsTests
{
    private static readonly (TenantMode, string) Aim = (new("shop", DataMode.Live), "aim");
    private readonly FakeClock _clock = new();
    private readonly TaskCompletionSource _begun = new();
    private int _measured;

    [Fact]
    public async Task An_objective_is_measured_once_for_all_who_listen_and_for_a_tenth_of_the_time()
    {
        var stamps = new ProgressStamps(_clock);
        var first = new TaskCompletionSource<string>();
        using var gone = new CancellationTokenSource();
        var leaver = stamps.OfAsync(Aim, "1", () => Measured(first.Task), gone.Token);
        var all = Enumerable.Range(0, 100).Select(_ => stamps.OfAsync(Aim, "1", () => Measured(first.Task), default));
        var waiting = all.ToList();
        var other = stamps.OfAsync(
            (new("shop", DataMode.Sandbox), "aim"), "1", () => Task.FromResult("of the sandbox"), default);
        Assert.Equal("of the sandbox", await other);

        await _begun.Task;
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        _clock.Advance(TimeSpan.FromSeconds(2));
        first.SetResult("a");
        Assert.All(await Task.WhenAll(waiting), stamp => Assert.Equal("a", stamp));
        Assert.Equal(1, _measured);

        _clock.Advance(TimeSpan.FromSeconds(17));
        Assert.Equal("a", await stamps.OfAsync(Aim, "2", () => Measured(Task.FromResult("b")), default));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("b", await stamps.OfAsync(Aim, "2", () => Measured(Task.FromResult("b")), default));
        Assert.Equal("b", await stamps.OfAsync(Aim, "2", () => Measured(Task.FromResult("c")), default));
        Assert.Equal(2, _measured);
    }

    [Fact]
    public async Task What_failed_is_measured_again()
    {
        var stamps = new ProgressStamps(_clock);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => stamps.OfAsync(
            Aim, "1", () => Task.FromException<string>(new StoreUnavailableException("down")), default));

        Assert.Equal("a", await stamps.OfAsync(Aim, "1", () => Task.FromResult("a"), default));
    }

    private Task<string> Measured(Task<string> stamp)
    {
        Interlocked.Increment(ref _measured);
        _begun.TrySetResult();
        return stamp;
    }
}
