using System.Net;
using CrmCloud.Api.Access;

namespace CrmCloud.Tests.Host;

public sealed class GuessLimiterTests
{
    private static readonly IPAddress Guesser = IPAddress.Parse("192.0.2.1");
    private readonly FakeClock _clock = new();

    [Fact]
    public void After_the_burst_wrong_keys_are_refused_and_told_how_long()
    {
        var limiter = new GuessLimiter(_clock);

        Assert.All(Enumerable.Range(0, GuessLimiter.Burst), _ => Assert.Null(limiter.Count(Guesser)));

        Assert.Equal(TimeSpan.FromSeconds(1), limiter.Count(Guesser));
    }

    [Fact]
    public void Time_gives_one_guess_back_per_second_and_never_more_than_the_burst()
    {
        var limiter = new GuessLimiter(_clock);
        Exhaust(limiter, Guesser);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(limiter.Count(Guesser));
        Assert.NotNull(limiter.Count(Guesser));

        _clock.Advance(TimeSpan.FromDays(1));
        Assert.All(Enumerable.Range(0, GuessLimiter.Burst), _ => Assert.Null(limiter.Count(Guesser)));
        Assert.NotNull(limiter.Count(Guesser));
    }

    [Fact]
    public void One_guesser_costs_nobody_else_anything()
    {
        var limiter = new GuessLimiter(_clock);

        Exhaust(limiter, Guesser);

        Assert.Null(limiter.Count(IPAddress.Parse("192.0.2.2")));
    }

    [Fact]
    public void A_network_of_version_six_is_one_guesser()
    {
        var limiter = new GuessLimiter(_clock);

        Exhaust(limiter, IPAddress.Parse("2001:db8:1:2::1"));

        Assert.NotNull(limiter.Count(IPAddress.Parse("2001:db8:1:2:ffff::9")));
        Assert.Null(limiter.Count(IPAddress.Parse("2001:db8:1:3::1")));
    }

    [Fact]
    public void Very_many_addresses_take_bounded_memory_and_go_on_working()
    {
        var limiter = new GuessLimiter(_clock);

        for (var number = 0; number < 3 * GuessLimiter.MostAddresses; number++)
        {
            Assert.Null(limiter.Count(new IPAddress(0x0A000000L + number)));
        }
    }

    private static void Exhaust(GuessLimiter limiter, IPAddress address)
    {
        while (limiter.Count(address) is null)
        {
        }
    }
}
