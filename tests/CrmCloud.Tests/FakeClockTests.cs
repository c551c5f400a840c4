namespace CrmCloud.Tests;

public sealed class FakeClockTests
{
    [Fact]
    public void Timers_fire_in_order_of_their_due_times_and_see_those_times()
    {
        var clock = new FakeClock();
        var (start, fired) = (clock.Now, new List<(string, TimeSpan)>());
        using var once = clock.CreateTimer(_ => fired.Add(("once", clock.Now - start)), null, Seconds(5), Seconds(0));
        using var often = clock.CreateTimer(_ => fired.Add(("often", clock.Now - start)), null, Seconds(2), Seconds(2));

        clock.Advance(Seconds(6.5));

        Assert.Equal(
            [("often", Seconds(2)), ("often", Seconds(4)), ("once", Seconds(5)), ("often", Seconds(6))], fired);
        Assert.Equal(start + Seconds(6.5), clock.GetUtcNow());
        Assert.Equal(Seconds(6.5), clock.GetElapsedTime(start.Ticks));
    }

    [Fact]
    public async Task A_delay_ends_when_the_clock_passes_it()
    {
        var clock = new FakeClock();
        var delay = Task.Delay(Seconds(10), clock);

        clock.Advance(Seconds(9));
        Assert.False(delay.IsCompleted);
        clock.Advance(Seconds(1));

        await delay;
    }

    [Fact]
    public void A_disposed_timer_stays_silent()
    {
        var (clock, fired) = (new FakeClock(), 0);
        var timer = clock.CreateTimer(_ => fired++, null, Seconds(1), Seconds(1));
        clock.Advance(Seconds(1));

        timer.Dispose();
        timer.Change(Seconds(1), Seconds(1));
        clock.Advance(Seconds(9));

        Assert.Equal(1, fired);
    }

    private static TimeSpan Seconds(double count) => TimeSpan.FromSeconds(count);
}
