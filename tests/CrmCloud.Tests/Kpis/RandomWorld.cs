using CrmCloud.Core.Kpis;

namespace CrmCloud.Tests.Kpis;

/// <summary>
/// Random settings and facts, thick with edge cases: equal times, midnights, window ends, odd amounts.
/// </summary>
internal sealed class RandomWorld
{
    public const long DayMs = 86_400_000;

    private static readonly string[] Zones =
        ["Etc/UTC", "Europe/London", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "America/Sao_Paulo"];

    // A calendar takes milliseconds to build, so thousands of worlds share a few dozen.
    private static readonly CalendarSettings[] Calendars =
        [.. Enumerable.Range(0, 42).Select(i =>
            new CalendarSettings(Zones[i % Zones.Length], 1 + (i % 7), 1 + (i * 5 % 12), 1 + (i * 11 % 28)))];

    private readonly Random _random;
    private readonly List<long> _times = [];
    private readonly int _spanDays;

    public RandomWorld(Random random)
    {
        _random = random;
        _spanDays = new[] { 20, 120, 700 }[random.Next(3)];
        Settings = Calendars[random.Next(Calendars.Length)];
        Definitions = new Definitions(PeriodCalendar.Of(Settings))
        {
            ChurnWindow = TimeSpan.FromHours(1 + random.Next(24 * new[] { 3, 40, 200 }[random.Next(3)])),
            RetentionWindow = random.Next(2) == 0 ? null : TimeSpan.FromDays(1 + random.Next(60)),
            AttributionWindow = TimeSpan.FromHours(1 + random.Next(24 * 40)),
            MergeSameDayOrders = random.Next(4) == 0,
        };
        Start = DateTimeOffset.Parse("2025-11-03T00:00:00Z").ToUnixTimeMilliseconds();
    }

    public CalendarSettings Settings { get; }

    public Definitions Definitions { get; }

    public long Start { get; }

    public long End => Start + (_spanDays * DayMs);

    /// <summary>Any fact; about half of those that may name an order name one of the ids 1 to 40.</summary>
    public Fact Fact(long id, long version)
    {
        var kind = (FactKind)new[] { 0, 0, 0, 0, 1, 2, 2, 3, 4, 5, 6, 6 }[_random.Next(12)];
        var names = kind is FactKind.Refund or FactKind.Cancellation && _random.Next(4) > 0;
        return new Fact(id, version, kind, Time())
        {
            Amount = kind == FactKind.Interaction ? 0 : Amount(),
            RefundOf = names ? 1 + _random.Next(40) : 0,
            Type = kind == FactKind.Interaction ? new[] { "visit", "Exposure", "call", "mail" }[_random.Next(4)] : "",
            Channel = kind == FactKind.Interaction ? (byte)_random.Next(4) : (byte)0,
        };
    }

    private long Amount() => _random.Next(12) switch
    {
        0 => 0,
        1 => -100,
        < 7 => 100 * (1 + _random.Next(4)),
        _ => 1 + _random.Next(50_000),
    };

    // Often a time seen before, moved by nothing, a millisecond or exactly a window: that is where rules break.
    private long Time()
    {
        long[] windows =
        [
            0, 1, -1, Ms(Definitions.ChurnWindow), Ms(Definitions.AttributionWindow), Ms(Definitions.RetentionWindow),
            Ms(Definitions.ChurnWindow) + 1, Ms(Definitions.AttributionWindow) - 1, DayMs,
        ];
        var calendar = Definitions.Calendar;
        var time = _random.Next(4) switch
        {
            0 when _times.Count > 0 => _times[_random.Next(_times.Count)] + windows[_random.Next(windows.Length)],
            1 => calendar.StartOfDay(calendar.DayOf(Start) + _random.Next(_spanDays)) - _random.Next(2),
            _ => Start + _random.NextInt64(_spanDays * DayMs),
        };
        _times.Add(time);
        return time;
    }

    private static long Ms(TimeSpan? window) => (long)(window ?? TimeSpan.Zero).TotalMilliseconds;
}
