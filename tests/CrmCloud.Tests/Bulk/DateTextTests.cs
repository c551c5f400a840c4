using CrmCloud.Core.Bulk;

namespace CrmCloud.Tests.Bulk;

public sealed class DateTextTests
{
    [Theory]
    [InlineData("2010-12-01 08:26:00", null, "Europe/London", "2010-12-01T08:26:00Z")]
    [InlineData("2010-07-01T08:26", null, "Europe/London", "2010-07-01T07:26:00Z")]
    [InlineData("2010-07-01T08:26:00.5+02:00", null, "Europe/London", "2010-07-01T06:26:00.5Z")]
    [InlineData("2010-07-01", null, "America/New_York", "2010-07-01T04:00:00Z")]
    [InlineData("19970101", "yyyyMMdd", "UTC", "1997-01-01T00:00:00Z")]
    [InlineData("01.07.2010 08:26", "dd.MM.yyyy HH:mm", "Europe/Berlin", "2010-07-01T06:26:00Z")]
    // 02:30 does not exist on 2026-03-29 in Berlin: a clock that was not put forward shows what is 03:30 there.
    [InlineData("2026-03-29 02:30:00", null, "Europe/Berlin", "2026-03-29T01:30:00Z")]
    // 02:30 happens twice on 2026-10-25 in Berlin: the first one counts.
    [InlineData("2026-10-25 02:30:00", null, "Europe/Berlin", "2026-10-25T00:30:00Z")]
    public void Local_times_become_instants_by_the_stated_rule(
        string text, string? format, string zone, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected), DateText.For(format, zone)!.Instant(text));

    [Theory]
    [InlineData("d", "UTC")]
    [InlineData("HH:mm", "UTC")]
    [InlineData("yyyy-'", "UTC")]
    [InlineData(null, "Europe/Atlantis")]
    public void A_format_that_says_no_day_is_refused(string? format, string zone) =>
        Assert.Null(DateText.For(format, zone));

    [Theory]
    [InlineData("2010-02-30")]
    [InlineData("yesterday")]
    [InlineData("12/01/2010")]
    public void What_is_no_date_is_none(string text) => Assert.Null(DateText.For(null, "UTC")!.Instant(text));
}
