using System.Globalization;
using System.Text.RegularExpressions;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Objectives.Statements;

/// <summary>Finds the day by which, in English. Quarters are those of the tenant's fiscal year.</summary>
/// <remarks>A day that can be read in two ways is none: 04/05/2027, "by 2027" (its beginning or its end?).</remarks>
public sealed class Deadlines(DateOnly today, CalendarSettings fiscal)
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private const string Months =
        "(?<month>january|february|march|april|may|june|july|august|september|october|november|december"
        + "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)";

    private const string Before = "(?<before>by the end of|by end of|until the end of|end "
        + "of|by|until|till|before|no later than|not later than|due|on|in|during|throughout|for|through|within)?";

    // A date after these says where something starts.
    private static readonly Regex Start = new(@"\b(from|between|since|starting|starting in|starting on|as of"
        + @"|compared to|compared with|versus|vs\.?|than in|after|not|no earlier than|not earlier than"
        + @"|(?<!no |not )later than) ?$", Options);

    // "By the start of June" is its first day.
    private const string Opening = "(?<open>(the )?(very )?(start|beginning|first day) of )?";

    private static readonly (Regex Pattern, Func<Deadlines, Match, DateOnly?> Day)[] Rules =
    [
        Rule(@"((calendar |iso )?week|wk|cw|kw) ?(?<w>\d{1,2})( of|,|/)? ?(?<y>20\d\d)\b", (_, m) =>
            EndOfWeek(Number(m, "y"), Number(m, "w"))),
        Rule(@"(?<y>20\d\d)[- ]?w(?<w>\d{1,2})\b", (_, m) => EndOfWeek(Number(m, "y"), Number(m, "w"))),
        Rule(@"(?<y>\d{4})[-/](?<m>\d{1,2})[-/](?<d>\d{1,2})\b", (_, m) =>
            Day(Number(m, "y"), Number(m, "m"), Number(m, "d"))),
        Rule(@"(?<d>\d{1,2})\.(?<m>\d{1,2})\.(?<y>\d{4})\b", (_, m) =>
            Day(Number(m, "y"), Number(m, "m"), Number(m, "d"))),
        Rule(@"(?<a>\d{1,2})/(?<b>\d{1,2})/(?<y>\d{4})\b", (_, m) =>
            Slashed(Number(m, "a"), Number(m, "b"), Number(m, "y"))),
        Rule($@"(the )?(?<d>\d{{1,2}})(st|nd|rd|th)?( of)? {Months}\.?,? (?<y>\d{{4}})\b", (_, m) =>
            Day(Number(m, "y"), Month(m), Number(m, "d"))),
        Rule($@"{Months}\.? (the )?(?<d>\d{{1,2}})(st|nd|rd|th)?,? (?<y>\d{{4}})\b", (_, m) =>
            Day(Number(m, "y"), Month(m), Number(m, "d"))),
        Rule($@"{Months}\.?,? (of )?(?<y>\d{{4}})\b", (_, m) => EndOfMonth(Number(m, "y"), Month(m))),
        Rule($@"(the )?(?<d>\d{{1,2}})(st|nd|rd|th)?( of)? {Months}\b", (t, m) =>
            t.Coming(y => Day(y, Month(m), Number(m, "d")))),
        Rule($@"(the )?(end of )?(next )?{Months}\b", (t, m) => m.Groups["before"].Success
            || m.Value.Contains("end of", StringComparison.Ordinal)
            ? t.Coming(y => EndOfMonth(y, Month(m))) : null),
        Rule(@"(the )?(end of )?(fy ?)?q(?<q>[1-4])[ ,/-]*(of )?(fy ?)?(?<y>\d{4})\b", (t, m) =>
            t.EndOfQuarter(Number(m, "y"), Number(m, "q"))),
        Rule(@"(?<y>\d{4})[ -]?q(?<q>[1-4])\b", (t, m) => t.EndOfQuarter(Number(m, "y"), Number(m, "q"))),
        Rule(@"(the )?(end of )?q(?<q>[1-4])\b", (t, m) => t.Coming(y => t.EndOfQuarter(y, Number(m, "q")))),
        Rule(@"(the )?(end of )?h(?<h>[12]) (of )?(?<y>\d{4})\b", (t, m) =>
            t.EndOfQuarter(Number(m, "y"), 2 * Number(m, "h"))),
        Rule(@"(the )?(next |coming |following )?(?<n>\d{1,3}) (?<u>days?|weeks?|months?|quarters?|years?)\b", (t, m) =>
            m.Groups["before"].Value is "within" or "in" or "for" or "during"
                || m.Value.Contains("next", StringComparison.Ordinal)
                ? t.After(Number(m, "n"), m.Groups["u"].Value) : null),
        Rule(@"(a|the next|one|the coming) (?<u>day|week|month|quarter|year)\b", (t, m) =>
            m.Groups["before"].Value is "within" or "in" or "during" ? t.After(1, m.Groups["u"].Value) : null),
        Rule(@"(the )?(end of )?(?<w>this|next|the|the current|the coming|current|the fiscal|next fiscal"
            + @"|this fiscal) (?<u>month|quarter|year)('s end)?\b", (t, m) => t.EndOfNamed(m)),
        Rule(@"((the )?end of (?<u>month|quarter|year)|eo(?<u>y|q|m))\b", (t, m) => t.EndOf(
            m.Groups["u"].Value switch { "y" => "year", "q" => "quarter", "m" => "month", var unit => unit },
            0, false)),
        Rule(@"half a year\b", (t, m) => m.Groups["before"].Value is "within" or "in" ? t.After(6, "months") : null),
        Rule(@"(?<u>month|quarter|year)[ -]end\b", (t, m) => t.EndOf(m.Groups["u"].Value, 0, false)),
        Rule(@"(the )?end of (?<y>20\d\d|19\d\d)\b", (_, m) => Day(Number(m, "y"), 12, 31)),
        Rule(@"mid[- ](?<y>20\d\d)\b", (_, m) => Day(Number(m, "y"), 6, 30)),
        Rule(@"(the year )?(?<y>20\d\d)\b", (_, m) =>
            m.Groups["open"].Length > 0
                || m.Groups["before"].Value is "before" or "in" or "during" or "throughout" or "for" or "within"
                    or "by the end of" or "by end of" or "until the end of" or "end of"
                ? Day(Number(m, "y"), 12, 31)
                : null),
    ];

    private static readonly Regex NoSuchDay = new(
        $@"\b((?<d>\d{{1,2}})(st|nd|rd|th)?( of)? {Months}\b|{Months}\.? (the )?(?<d>\d{{1,2}})(st|nd|rd|th)?\b"
        + @"(?! ?%|\.\d))\.?,?( (?<y>\d{4})\b)?", Options);

    private static readonly Regex Season = new(
        @"\b((by|before|until|till|in|during|over|for|around|after|within) )?((the )?(end|start|middle) of )?"
        + @"((the|this|next|coming|following) ){0,2}"
        + @"(summer|spring|winter|autumn|easter|christmas|xmas|new year('s)?( eve| day)?|halloween|black friday"
        + @"|thanksgiving|ramadan|holidays|holiday season|tomorrow|yesterday|today|tonight)( time)?( 20\d\d)?\b"
        + @"|\b(by|before|until|in|next) (the )?fall\b(?! (in|of|by|to))", Options);

    private static readonly Regex LooseYear = new(@"\b(by|until|till|before) (?<y>20\d\d)\b", Options);
    private static readonly Regex Slashes = new(@"\b\d{1,2}/\d{1,2}/\d{4}\b", Options);
    private static readonly Regex Impossible = new(@"\b(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})\b", Options);
    private static readonly Regex Soon = new(@"\b(soon|asap|as soon as possible|quickly|shortly|in due course"
        + @"|eventually|one day|in future|in the future|next summer|next spring|next winter|next autumn"
        + @"|early 20\d\d|late 20\d\d)\b", Options);

    /// <summary>Finds the deadline and crosses out every date.</summary>
    /// <returns>Null with a note where something looks like a deadline and is none.</returns>
    public (DateOnly? Due, string? Note) Take(Sentence sentence)
    {
        if (NoSuchDay.Matches(sentence.Left).FirstOrDefault(IsNoDay) is { } wrong)
        {
            return (null, $"'{wrong.Value.Trim()}' is no day: that month is shorter.");
        }

        var found = new List<(DateOnly Day, bool Marked)>();
        string? started = null;
        foreach (var (pattern, day) in Rules)
        {
            foreach (var match in pattern.Matches(sentence.Left).ToList())
            {
                if (Read(day, match) is not { } date)
                {
                    continue;
                }

                if (Start.Match(sentence.Left[..match.Index]) is { Success: true } start)
                {
                    started = $"'{start.Value.Trim()} {match.Value.Trim()}' says from when, not by when.";
                    sentence.CrossOut(start.Index, start.Length);
                }
                else
                {
                    found.Add((date, match.Groups["before"].Success));
                }

                sentence.CrossOut(match.Index, match.Length);
            }
        }

        var days = found.Select(f => f.Day).Distinct().ToList();
        return days.Count switch
        {
            0 => (null, Why(sentence) ?? started),
            1 => (days[0], null),
            _ when found.Where(f => f.Marked).Select(f => f.Day).Distinct().ToList() is [var one] => (one, null),
            _ => (null,
                $"It names {days.Count} days ({string.Join(", ", days.Select(Text))}); one deadline is needed."),
        };
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private DateOnly? Read(Func<Deadlines, Match, DateOnly?> day, Match match)
    {
        try
        {
            return day(this, match) is { } last ? At(match, last) : null;
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    // "Before June" ends with May, "before the end of June" with June, "by the start of June" on its first day.
    private static DateOnly At(Match match, DateOnly last)
    {
        var isOpen = match.Groups["open"].Length > 0;
        var isBefore = match.Groups["before"].Value is "before";
        if (!isOpen && (!isBefore || match.Value.Contains("end", StringComparison.Ordinal)))
        {
            return last;
        }

        var first = last.AddDays(1).AddMonths(-MonthsOf(match));
        first = match.Groups["w"].Success && match.Groups["y"].Success ? last.AddDays(-6)
            : MonthsOf(match) == 0 ? last : first;
        return isBefore ? first.AddDays(-1) : first;
    }

    /// <summary>How long the period is that was named; 0 for a day.</summary>
    private static int MonthsOf(Match match) => match switch
    {
        _ when match.Groups["d"].Success || match.Groups["a"].Success => 0,
        _ when match.Groups["month"].Success => 1,
        _ when match.Groups["q"].Success => 3,
        _ when match.Groups["h"].Success => 6,
        _ when match.Groups["n"].Success => 0,
        _ when match.Groups["u"].Success => match.Groups["u"].Value switch
        {
            "month" or "m" => 1,
            "quarter" or "q" => 3,
            _ => 12,
        },
        _ when match.Groups["y"].Success && !match.Groups["w"].Success
            && !match.Value.Contains("mid", StringComparison.Ordinal) => 12,
        _ => 0,
    };

    private bool IsNoDay(Match match)
    {
        var year = match.Groups["y"].Success ? Number(match, "y") : today.Year;
        var day = Number(match, "d");
        return year is >= 1970 and <= 2099 && day > DateTime.DaysInMonth(year, Month(match))
            && (match.Groups["y"].Success || day > DateTime.DaysInMonth(2024, Month(match)));
    }

    private static string? Why(Sentence sentence)
    {
        if (Season.Match(sentence.Left) is { Success: true } season)
        {
            sentence.CrossOut(season.Index, season.Length);
            return $"'{season.Value.Trim()}' is no day that everybody reads alike; write year-month-day.";
        }

        if (Impossible.Match(sentence.Left) is { Success: true } impossible)
        {
            sentence.CrossOut(impossible.Index, impossible.Length);
            return $"'{impossible.Value}' is no day.";
        }

        if (Slashes.Match(sentence.Left) is { Success: true } slashes)
        {
            sentence.CrossOut(slashes.Index, slashes.Length);
            return $"'{slashes.Value}' can be read in two ways; write year-month-day.";
        }

        if (LooseYear.Match(sentence.Left) is { Success: true } year)
        {
            sentence.CrossOut(year.Index, year.Length);
            return $"'{year.Value}' may mean its first or its last day; write {year.Groups["y"].Value}-12-31 or "
                + $"'by the end of {year.Groups["y"].Value}'.";
        }

        if (Soon.Match(sentence.Left) is not { Success: true } soon)
        {
            return null;
        }

        sentence.CrossOut(soon.Index, soon.Length);
        return $"'{soon.Value}' is no day.";
    }

    private static (Regex Pattern, Func<Deadlines, Match, DateOnly?> Day) Rule(
        string pattern, Func<Deadlines, Match, DateOnly?> day) =>
        (new($@"\b{Before} ?{Opening}{pattern}", Options), day);

    private static int Number(Match match, string group) =>
        int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static int Month(Match match) => match.Groups["month"].Value[..3] switch
    {
        "jan" => 1, "feb" => 2, "mar" => 3, "apr" => 4, "may" => 5, "jun" => 6,
        "jul" => 7, "aug" => 8, "sep" => 9, "oct" => 10, "nov" => 11, _ => 12,
    };

    private static DateOnly? Day(int year, int month, int day) =>
        year is >= 1970 and <= 2099 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? new(year, month, day)
            : null;

    // ISO 8601: weeks end on Sundays.
    private static DateOnly? EndOfWeek(int year, int week) =>
        week >= 1 && week <= ISOWeek.GetWeeksInYear(year)
            ? DateOnly.FromDateTime(ISOWeek.ToDateTime(year, week, DayOfWeek.Sunday))
            : null;

    private static DateOnly? Slashed(int first, int second, int year) => (first > 12, second > 12) switch
    {
        (true, false) => Day(year, second, first),
        (false, true) => Day(year, first, second),
        _ => first == second ? Day(year, first, second) : null,
    };

    private static DateOnly? EndOfMonth(int year, int month) =>
        year is >= 1970 and <= 2099 ? new(year, month, DateTime.DaysInMonth(year, month)) : null;

    // The next one that is not over: "by June" in November is next year's.
    private DateOnly? Coming(Func<int, DateOnly?> ofYear) =>
        ofYear(today.Year - 1) is { } last && last >= today ? last : ofYear(today.Year) is { } day && day >= today
            ? day : ofYear(today.Year + 1);

    // Fiscal years are named after the calendar year in which they start, as the figures' periods are.
    private DateOnly? EndOfQuarter(int year, int quarter) => year is < 1970 or > 2098
        ? null
        : new DateOnly(year, fiscal.FiscalMonth, fiscal.FiscalDay).AddMonths(3 * quarter).AddDays(-1);

    private DateOnly? After(int count, string unit) => unit.TrimEnd('s') switch
    {
        "day" => today.AddDays(count),
        "week" => today.AddDays(7 * count),
        "month" => today.AddMonths(count),
        "quarter" => today.AddMonths(3 * count),
        _ => count <= 50 ? today.AddYears(count) : null,
    };

    private DateOnly? EndOfNamed(Match match)
    {
        var ends = match.Value.Contains("end", StringComparison.Ordinal)
            || match.Groups["before"].Value is "by" or "until" or "within" or "in" or "during" or "before";
        var next = match.Groups["w"].Value is "next" or "the coming" or "next fiscal" ? 1 : 0;
        return ends || match.Groups["w"].Value.StartsWith("this", StringComparison.Ordinal) || next == 1
            ? EndOf(match.Groups["u"].Value, next, match.Groups["w"].Value.Contains("fiscal", StringComparison.Ordinal))
            : null;
    }

    private DateOnly? EndOf(string unit, int ahead, bool isFiscal)
    {
        if (unit == "month")
        {
            var month = today.AddMonths(ahead);
            return EndOfMonth(month.Year, month.Month);
        }

        if (unit == "year" && !isFiscal)
        {
            return Day(today.Year + ahead, 12, 31);
        }

        var calendar = PeriodCalendar.Of(fiscal);
        var grain = unit == "year" ? Grain.Year : Grain.Quarter;
        return calendar.Bounds(grain, calendar.PeriodOf(grain, today) + ahead).End.AddDays(-1);
    }
}
