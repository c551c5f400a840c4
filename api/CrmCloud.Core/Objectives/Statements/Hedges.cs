using System.Globalization;
using System.Text.RegularExpressions;

namespace CrmCloud.Core.Objectives.Statements;

public enum HedgeKind
{
    /// <summary>"about 10 %", "10-ish", "10 or 15 %".</summary>
    Amount,

    /// <summary>"around June 2027", "within about 6 months".</summary>
    Day,

    /// <summary>"ideally", "if possible", "try to".</summary>
    Will,
}

/// <summary>Words that leave open how much, by when, or whether at all.</summary>
/// <param name="Words">As written, in lower case.</param>
/// <param name="Explanation">What is open and what would be taken, for a person.</param>
public sealed record Hedge(HedgeKind Kind, string Words, string Explanation);

/// <summary>Finds hedges and takes them out, so that what is left can be read and suggested without them.</summary>
/// <remarks>"At least 10 %", "10 % or more" and "between 8 and 12 %" are no hedges: they can be checked.</remarks>
public static class Hedges
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private const string Unit =
        @"(\s?-?\s?(%|percent|per cent|pct|percentage points?|points?|pts|pp|basis points|bps|orders|customers|days))?";

    private const string Number = @"([£€$]\s?)?-?\d[\d,]{0,20}(\.\d{1,10})?(\s?(k|thousand|million|m|bn"
        + @"|hundred)\b)?" + Unit;

    private const string Word = @"(half|halve|halving|doubl\w{1,3}|tripl\w{1,3}|twice|(a |one )?(quarter|third"
        + @"|fifth|tenth|dozen|hundred)\b)";

    private const string Date =
        @"((the )?(end|start|beginning|middle|close|turn) of|(january|february|march|april|may|june|july|august"
            + @"|september"
        + @"|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b|q[1-4]\b|h[12]\b|20\d\d\b"
        + @"|\d{1,2}\.\d{1,2}\.\d{4}"
        + @"|\d{1,2}/\d{1,2}/|\d{1,2}(st|nd|rd|th)|\d{1,2} (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
        + @"|(this|next|mid|early|late|year[- ]end|christmas|easter|summer|spring|autumn|winter)\b)";

    private const string Loosely =
        @"(about|around|approximately|approx\.?|roughly|circa|ca\.|ca|c\.|near|nearly|almost|close to|not far from"
            + @"|some|say|like|something like"
        + @"|somewhere (around|near|about)|sometime (around|in|near)|some time (around|in|near)|maybe|perhaps"
        + @"|possibly|probably|potentially"
        + @"|(an? )?(estimated|expected|projected|approximate)|(in|on) the (region|order|area|vicinity"
        + @"|neighbou?rhood|ballpark) of"
        + @"|more or less|just (about|under|over|below|above|short of)|(a (little|bit)|slightly|somewhat) (over"
        + @"|under|above|below|more than|less than)"
        + @"|well (over|under|above|below)|north of|at best|≈|±|\+/-)";

    private static readonly (HedgeKind Kind, Regex Pattern)[] Rules =
    [
        (HedgeKind.Day, new(@"(?<=\d.{0,60} (by|until|till|before|in) )(tbd|tba|tbc|x{1,3}|\?{1,3})(?=\s*$)", Options)),
        (HedgeKind.Amount, new($@"(?<what>{Number}) or (by |to |even |maybe |perhaps )?(?<keep>{Number})", Options)),
        (HedgeKind.Amount, new($@"(?<=\bby )(?<what>{Number})(,? and|,? and then"
            + $@"|,? then) by (?<keep>{Number})", Options)),
        (HedgeKind.Day, new($@"(?<![\w~])({Loosely}|towards?)\s?(?=(?<what>{Date}))", Options)),
        (HedgeKind.Day, new($@"(?<=\b(within|in|over|during|after"
            + $@"|for)( the next)? ){Loosely}\s?(?=(?<what>(\d{{1,3}}|a|half a) (days?|weeks?|months?|quarters?"
            + $@"|years?)\b))", Options)),
        (HedgeKind.Day, new(@"(?<=(\d{4}-\d{1,2}-\d{1,2}|\b20\d\d|months?|weeks?|days|quarters?|year)),? (or (so"
            + @"|later|after|thereabouts|around then)|give or take|more or less|at the earliest)\b", Options)),
        (HedgeKind.Amount, new($@"(?<![\w~]){Loosely}\s?(?=(?<what>(a |an |the )?({Number}|{Word})))", Options)),
        (HedgeKind.Amount, new(@"(?<dots>(?<![\d.,])[1-9]\d{0,2})\.(?<more>\d{3})(?![\d.,]*\d)"
            + @"(?!\s?(%|p|kwd|bhd|omr|jod|tnd))", Options)),
        (HedgeKind.Amount, new($@"(?<=\bby )(?<keep>{Number}),?( as)? (?<limit>at (the )?(very )?most|at maximum"
            + @"|maximum|max\b\.?|or less|tops)\b", Options)),
        (HedgeKind.Amount, new($@"(?<=\bby )(up to|at most|no more than|not more than|a maximum of|less than|under"
            + $@"|below) (?=(?<what>({Number}|{Word})))", Options)),
        (HedgeKind.Amount, new($@"(?<keep>\d[\d,.]{{0,20}})( |-)?(ish|odd)\b(?<what>)", Options)),
        (HedgeKind.Amount, new($@"(,? or (so|thereabouts|something|similar|close to it|something like that)"
            + $@"|,? give or take( {Number})?|,? more or less|,? ?(plus or (minus )?|plus/minus|\+/-"
            + $@"|±) ?{Number})(?!\w)", Options)),
        (HedgeKind.Amount, new(@"\b(a few|several|some|a couple of|a handful of|a number of|dozens of|tens of"
            + @"|hundreds of|thousands of|a fraction of)( more)? (%|percent|per cent|percentage points?|points?"
            + @"|orders|customers|pounds|euros|dollars)(?!\w)", Options)),
        (HedgeKind.Amount, new(@"\b(a )?(single|double|triple)[- ]digits?\b", Options)),
        (HedgeKind.Amount, new(@"(?<=\b(by|to|of|reach) )(x{1,3}|n|tbd|tba|tbc|\?{1,3}|\.{3}|…|_{1,9})(?=[ %]"
            + @"|$)", Options)),
        (HedgeKind.Will, new(@"\b(ideally|preferably|hopefully|possibly|perhaps|maybe|potentially|probably"
            + @"|presumably|in theory|theoretically|at best|in the best case|with (some|a bit of"
            + @"|any) luck)\b,?", Options)),
        (HedgeKind.Will, new(@",? ?\b(if( at all| it is| it's)? (possible|feasible|practicable|practical"
            + @"|achievable|realistic)|(where|when|wherever|whenever|as far as) (possible|feasible|appropriate"
            + @"|practicable|we can)|if (we|you|they|i|one) (can|could|manage)\b|if (all|everything) goes (well"
            + @"|to plan)|if (the )?(budget|market|time|weather|conditions?|circumstances|resources"
            + @"|economy)( [a-z]{1,12}){0,2} (allows?|permits?|improves?|recovers?)|(the )?(time|budget|market"
            + @"|resources|conditions|circumstances|weather) permitting|(subject to|depending on) (the |our "
            + @"|available )?[a-z]+( [a-z]+)?(?= by|[,.;]|$))", Options)),
        (HedgeKind.Will, new(@"\b((we |i |is |are )?(hope|hopes|hoping|try|tries|trying|attempt|attempts"
            + @"|attempting|strive|strives|striving|endeavou?r|endeavou?rs|wish) (to|for)|(do|doing|try"
            + @"|trying) (our|my|their|its) (best|utmost) to|make (an|every|some) (effort|attempt) to|work(ing"
            + @"|s)? towards?|might|could|consider|considering|think about)\b", Options)),
    ];

    private static readonly Regex Spaces = new(" {2,}", Options);
    private static readonly Regex Digits = new(@"\d[\d,]{0,20}(\.\d{1,10})?", Options);

    /// <param name="text">Normal: lower case, numerals as digits.</param>
    /// <returns>The text without hedges, and the hedges in the order of the rules.</returns>
    public static (string Text, IReadOnlyList<Hedge> Found) Take(string text)
    {
        var found = new List<Hedge>();
        foreach (var (kind, pattern) in Rules)
        {
            text = pattern.Replace(text, match =>
            {
                found.Add(Of(kind, match));
                return match.Groups["dots"].Success
                    ? match.Groups["dots"].Value + match.Groups["more"].Value : match.Groups["keep"].Value;
            });
        }

        return (found.Count == 0 ? text : Spaces.Replace(text, " ").Trim(), found);
    }

    private static Hedge Of(HedgeKind kind, Match match)
    {
        var what = match.Groups["what"];
        var isAhead = what.Success && what.Index >= match.Index + match.Length;
        var words = Spaces.Replace(match.Value.Trim(' ', ',') + (isAhead ? " " + what.Value : ""), " ").Trim();
        return new(kind, words, kind switch
        {
            HedgeKind.Day => $"'{words}' is no day: name the last day that counts, such as 2027-06-30.",
            _ when match.Groups["dots"].Success =>
                $"'{words}' can be read as {words.Replace(".", "", StringComparison.Ordinal)} or as "
                    + $"{words.TrimEnd('0').TrimEnd('.')}; write it without a point in thousands.",
            _ when match.Groups["limit"].Success => $"'{words}' is a limit, not a goal: say how much it shall be.",
            HedgeKind.Will => $"'{words}' leaves open whether it is meant at all; leave it out.",
            _ when match.Groups["keep"].Success && Digits.Count(words) > 1 =>
                $"'{words}' are two amounts; name one, or a range such as 'between 8 and 12 %'.",
            _ => $"'{words}' leaves the amount open: say exactly how much, or a range such as '{Band(words)}'.",
        });
    }

    // A fifth to either side: "about 10 %" is "between 8 and 12 %".
    private static string Band(string words)
    {
        if (words[0] is '±' or '+' or 'p' || Digits.Match(words) is not { Success: true } digits
            || !decimal.TryParse(digits.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out var value)
            || value is <= 0 or > 1_000_000_000)
        {
            return "between 8 and 12 %";
        }

        var unit = words[(digits.Index + digits.Length)..];
        unit = unit.TrimStart('-', ' ') is "ish" or "odd" ? "" : unit;
        var (low, high) = (decimal.Round(value * 0.8m, 2), decimal.Round(value * 1.2m, 2));
        return string.Create(CultureInfo.InvariantCulture, $"between {low:0.##} and {high:0.##}{unit}");
    }
}
