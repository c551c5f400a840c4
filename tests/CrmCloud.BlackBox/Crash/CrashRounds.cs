using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace CrmCloud.BlackBox.Crash;

/// <summary>
/// Kills a server at random moments and starts it again; says from which seed, and how long starts took.
/// </summary>
public sealed class CrashRounds
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Hanging = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MostWork = TimeSpan.FromSeconds(4);
    private readonly List<TimeSpan> _starts = [];
    private readonly ITestOutputHelper _output;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly TimeSpan _atLeast;
    private readonly int _count;
    private TimeSpan _readyWithin = Promised;

    /// <summary>CRMCLOUD_CRASH_ROUNDS kills; without it as many as fit into 20 seconds, but never fewer.</summary>
    /// <param name="fewest">Kills on however slow a machine.</param>
    public CrashRounds(ITestOutputHelper output, int fewest)
    {
        _output = output;
        var asked = Number("CRMCLOUD_CRASH_ROUNDS");
        (_count, _atLeast) = (asked ?? fewest, asked is null ? Usual : TimeSpan.Zero);
        Seed = Number("CRMCLOUD_CRASH_SEED") ?? Environment.TickCount;
        Random = new(Seed);
        output.WriteLine($"{_count} kills or more; the same moments again with CRMCLOUD_CRASH_SEED={Seed}");
    }

    /// <summary>Whether another kill is due.</summary>
    public bool GoOn => Done < _count || _watch.Elapsed < _atLeast;

    public int Done => _starts.Count;

    public int Seed { get; }

    public Random Random { get; }

    /// <summary>A server without the demo's data.</summary>
    public async Task<ServerProcess> StartServerAsync()
    {
        var watch = Stopwatch.StartNew();
        var server = await Shop.StartServerAsync();

        // The promise is held on purpose, with a number of rounds, on a machine that does nothing else. Beside other
        // tests a start says little about recovery, but one that never comes does.
        _readyWithin = Number("CRMCLOUD_CRASH_ROUNDS") is null ? Hanging : Promised;
        _output.WriteLine($"The first start, with nothing to recover, took {watch.ElapsedMilliseconds} ms.");
        return server;
    }

    /// <summary>
    /// Kills after a while of at most so many milliseconds, and waits until the server is ready again.
    /// </summary>
    public async Task KillAndStartAsync(ServerProcess server, int withinMilliseconds)
    {
        // The moment is what is drawn; there is nothing to wait for.
        await Task.Delay(Random.Next(withinMilliseconds));
        await KillAndStartAsync(server);
    }

    /// <summary>Kills when a counter has gone up by a number that is drawn, or after four seconds.</summary>
    /// <param name="counter">Of work done; otherwise a slow machine would be killed before it did any.</param>
    public async Task KillAndStartAsync(ServerProcess server, Func<int> counter, int within)
    {
        var (goal, watch) = (counter() + Random.Next(within), Stopwatch.StartNew());
        while (counter() < goal && watch.Elapsed < MostWork)
        {
            await Task.Delay(1);
        }

        await KillAndStartAsync(server);
    }

    public void Say(string words)
    {
        var sorted = _starts.Order().Select(start => start.TotalMilliseconds).ToArray();
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{words}; {Done} kills, ready again after {sorted[sorted.Length / 2]:F0} ms (median), "
                + $"{sorted[^1]:F0} ms (slowest)"));
    }

    private async Task KillAndStartAsync(ServerProcess server)
    {
        await server.KillAsync();
        var watch = Stopwatch.StartNew();
        await server.StartAgainAsync();
        _starts.Add(watch.Elapsed);
        Assert.True(watch.Elapsed < _readyWithin, $"Ready after {watch.Elapsed} (seed {Seed}).");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
