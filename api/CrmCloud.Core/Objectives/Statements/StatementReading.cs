using System.Globalization;
using System.Text.RegularExpressions;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Objectives.Statements;

public enum QuantityKind
{
    /// <summary>A number without a unit.</summary>
    Plain,

    /// <summary>"25 %": of the baseline or in points, the sentence does not say.</summary>
    Percent,

    /// <summary>"25 % (relative)", "a quarter", "double".</summary>
    Relative,

    /// <summary>"3 points", "3 percentage points".</summary>
    Points,

    Money,
}

/// <param name="Upper">The far end of a range; null without one.</param>
/// <param name="Currency">ISO code where one was written; null otherwise.</param>
public sealed record Quantity(decimal Value, decimal? Upper, QuantityKind Kind, string? Currency = null);

/// <summary>What a sentence says, as far as it can be read. Nothing is guessed.</summary>
public sealed record StatementReading
{
    /// <summary>In the order in which they are named.</summary>
    public IReadOnlyList<Indicator> Indicators { get; init; } = [];

    /// <summary>Null where no word says it, several disagree, or a negation stands before it.</summary>
    public Direction? Direction { get; init; }

    /// <summary>"improve": whatever is better for the indicator.</summary>
    public bool TowardsBetter { get; init; }

    /// <summary>"by ...".</summary>
    public Quantity? By { get; init; }

    /// <summary>"from ... to ...".</summary>
    public Quantity? From { get; init; }

    /// <summary>"to ...", "reach ...".</summary>
    public Quantity? To { get; init; }

    /// <summary>"below ...", "at most ...".</summary>
    public Quantity? AtMost { get; init; }

    /// <summary>"above ...", "at least ...".</summary>
    public Quantity? AtLeast { get; init; }

    /// <summary>"between ... and ...".</summary>
    public Quantity? Between { get; init; }

    public DateOnly? Due { get; init; }

    /// <summary>Words that leave open how much, by when, or whether at all.</summary>
    public IReadOnlyList<Hedge> Hedges { get; init; } = [];

    /// <summary>Words that restrict it to some customers; null for all.</summary>
    public string? Population { get; init; }

    /// <summary>Words that nobody understood: "in the north", "via email"; null where everything is read.</summary>
    public string? Unread { get; init; }

    /// <summary>The length of time it counts in: "orders a year"; null where none is said.</summary>
    public Grain? Per { get; init; }

    /// <summary>"compared to last year"; null where it compares with nothing.</summary>
    public string? ComparedWith { get; init; }

    /// <summary>"without ...", "while ...": said by the way and not measured.</summary>
    public string? Aside { get; init; }

    /// <summary>What is done, such as "launch"; null where it does not begin with a deed.</summary>
    public string? Deed { get; init; }

    /// <summary>Whether it is about customers who are to come back.</summary>
    public bool IsAboutReturn { get; init; }

    public IReadOnlyList<string> VagueWords { get; init; } = [];

    /// <summary>What could not be taken as it stands, and why, for a person.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Why there is no deadline although something looks like one.</summary>
    public string? DueNote { get; init; }

    public bool HasAmount => (By ?? To ?? AtMost ?? AtLeast ?? Between) is not null;
}

/// <summary>A sentence whose parts are crossed out as they are understood, so that nothing is read twice.</summary>
public sealed class Sentence(string text)
{
    private static readonly string[] Small =
    [
        "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] Tens =
        ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    // "two thirds" and "three quarters" are shares, read as such where amounts are. "One" is a number where a unit
    // says so.
    private static readonly Regex Numerals = new(
        $@"\b((?<tens>{string.Join('|', Tens[2..])})([- ](?<ones>{string.Join('|', Small[1..10])}))?"
        + $@"|(?<small>{string.Join('|', Small[2..])})"
        + @"|(?<small>one)(?=[- ](percent|per cent|percentage|point|%|pp|hundred|thousand|million|day\b|order\b))"
        + @"|an?(?= (hundred|thousand|million|percentage point|percent|point) ))\b|\bminus (?=[a-z\d])"
        + @"|(?<=\d) ?\+(?=[ %])",
        RegexOptions.CultureInvariant);

    private const string Rising =
        "(rise|rising|go|going|grow|growing|climb|climbing|increase|increasing|get|getting|be) "
        + "(above|over|beyond|higher than|more than)";

    private const string Falling =
        "(fall|falling|drop|dropping|go|going|decline|declining|sink|sinking|decrease|decreasing|shrink|get|be) "
        + "(below|under|beneath|lower than|less than)";

    private const string Never =
        @"\b((must|should|shall|may|can|will|does|do|is to|has to) (not|never)|cannot|can't|mustn't|won't"
        + "|never|not to) ";

    private static readonly (Regex Pattern, string With)[] Spellings =
    [
        (Spelling(@"(?<![\w.,/-])(?<n>\d{1,3}) (?=\d{3}( \d{3})*(?![\d.,/-]*\d))"), "${n}"),
        (Spelling(@"(?<![\w.,/-])(?<n>[1-9]\d{0,2})\.(?<o>\d{3})\.(?<p>\d{3})(?![\d.,]?\d)"), "${n}${o}${p}"),
        (Spelling(@"\bsomewhere between\b"), "between"),
        (Spelling(@"\b(the )?(1st|first) half( of( the year)?)?(?= )"), "h1"),
        (Spelling(@"\b(the )?(2nd|second) half( of( the year)?)?(?= )"), "h2"),
        (Spelling(@"\b(the )?(1st|first) quarter( of( the year)?)?(?= )"), "q1"),
        (Spelling(@"\b(the )?(2nd|second) quarter( of( the year)?)?(?= )"), "q2"),
        (Spelling(@"\b(the )?(3rd|third) quarter( of( the year)?)?(?= )"), "q3"),
        (Spelling(@"\b(the )?(4th|fourth|last) quarter of( the year)?(?= )"), "q4"),
        (Spelling(@"\b(at|to|of) (?<n>\d[\d.,]{0,20}( ?%| percent| points)?) or (less|fewer|lower|below"
            + @"|under)\b"), "at most ${n}"),
        (Spelling(@"\bat (?<n>\d[\d.,]{0,20}( ?%| percent| points)?) or (more|higher|above"
            + @"|better)\b"), "at least ${n}"),
        (Spelling(@"(?<=\b(increase|grow|raise|expand|double|triple) ((our|the) )?)customers(?= (by|to"
            + @"|from) )"), "number of customers"),
        (Spelling(@"(?<=\b(increase|grow|raise|expand|double|triple|enlarge|extend|build|growing|expanding)"
            + @" ((our|the|up) ){0,2})(customer|client) base\b"), "number of customers"),
        // What shall not be, said of a bound, is a state to keep.
        (Spelling(@"\b(do not|don't|dont|never|not) (let|allow) (?<x>[a-z' ]{1,40}?) (to )?(" + Rising
            + @"|exceed)(?= [£€$]?\d)"), "keep ${x} below"),
        (Spelling(@"\b(do not|don't|dont|never|not) (let|allow) (?<x>[a-z' ]{1,40}?) (to )?" + Falling
            + @"(?= [£€$]?\d)"), "keep ${x} above"),
        (Spelling(@"\b(prevent|stop) (?<x>[a-z' ]{1,40}?) (from )?(" + Rising + @"|exceeding)(?= [£€$]?\d)"),
            "keep ${x} below"),
        (Spelling(@"\b(prevent|stop) (?<x>[a-z' ]{1,40}?) (from )?" + Falling + @"(?= [£€$]?\d)"),
            "keep ${x} above"),
        (Spelling(Never + Rising + @"(?= [£€$]?\d)"), "keep below"),
        (Spelling(Never + Falling + @"(?= [£€$]?\d)"), "keep above"),
    ];

    private readonly char[] _left = [.. Normal(text)];

    /// <summary>What is left; crossed out parts are blanks, or '~' where an indicator stood.</summary>
    public string Left => new(_left);

    /// <summary>Crossed out as no amount ("in 3 countries", "top 10"), not as understood.</summary>
    public IList<string> Unmeasured { get; } = [];

    public void CrossOut(int at, int length, char with = ' ') => _left.AsSpan(at, length).Fill(with);

    /// <summary>Lower case, numerals as digits, one kind of dash and blank.</summary>
    public static string Normal(string text) =>
        Spellings.Aggregate(Numbered(text), (spelled, rule) => rule.Pattern.Replace(spelled, rule.With));

    private static Regex Spelling(string pattern) => new(pattern, RegexOptions.CultureInvariant);

    private static string Numbered(string text) => Numerals.Replace(Plain(text), m => m.Value.Trim() switch
    {
        "minus" => "-",
        "+" => "",
        "a" or "an" => "1",
        _ => (Value(Tens, m.Groups["tens"].Value) * 10
            + Value(Small, m.Groups["ones"].Success ? m.Groups["ones"].Value : m.Groups["small"].Value))
            .ToString(CultureInfo.InvariantCulture),
    });

    private static int Value(string[] names, string name) => name.Length == 0 ? 0 : Array.IndexOf(names, name);

    private static string Plain(string text)
    {
        var normal = text.ToLowerInvariant().ToCharArray();
        for (var i = 0; i < normal.Length; i++)
        {
            normal[i] = normal[i] switch
            {
                '\u2013' or '\u2014' or '\u2212' => '-',
                '\u2019' or '\u2018' => '\'',
                '\u00a0' or '\u202f' or '\t' or '\n' or '\r' => ' ',
                '~' => '\u2248',
                var c => c,
            };
        }

        return new(normal);
    }
}
