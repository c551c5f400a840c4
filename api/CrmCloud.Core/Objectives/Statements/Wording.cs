using System.Text.RegularExpressions;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Objectives.Statements;

/// <summary>Words that say which way, and words that say nothing.</summary>
public static class Wording
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private const string Up =
        "increase|increases|increasing|increased|raise|raises|raising|grow|grows|growing|growth|boost|boosting"
        + "|lift|lifting|gain|gaining|expand|higher|more|rise|rising|rises|double|doubling|triple|add|uplift"
        + "|upping|elevate|enlarge|multiply|climb|jump|extend|lengthen|accelerate|scale up|step up|beat|surpass";
    private const string Down =
        "decrease|decreases|decreasing|decreased|reduce|reduces|reducing|reduction|cut|cuts|cutting|lower"
        + "|lowers|lowering|drop|drops|dropping|shrink|halve|halving|fewer|less|decline|declining|fall|falls"
        + "|falling|diminish|curb|shorten|shortening|trim|trimming|slash|slashing|lessen";
    private const string Keep =
        "keep|keeps|keeping|hold|holding|maintain|maintaining|stay|stays|remain|remains|stabilise|stabilize"
        + "|sustain";
    private const string Better =
        "improve|improves|improving|improvement|better|enhance|optimise|optimize|strengthen|strengthening"
        + "|advance|upgrade|progress";

    // "Bring churn down", "revenue goes up": "set up" and "follow up" say no direction.
    private const string Moving =
        @"\b(bring|brings|bringing|get|gets|getting|drive|drives|driving|push|pushes|pushing|pull|take|move|send"
            + @"|go|goes|is|be|are)"
        + @"( [a-z'~]+){0,5} ";

    private static readonly HashSet<string> Directions =
        new(string.Join('|', Up, Down, Keep, Better).Split('|', ' '), StringComparer.Ordinal);

    private static readonly Regex UpWord = new($@"\b({Up})\b|{Moving}up\b", Options);
    private static readonly Regex DownWord = new($@"\b({Down})\b|{Moving}down\b", Options);
    private static readonly Regex KeepWord = new($@"\b({Keep})\b", Options);
    private static readonly Regex BetterWord = new($@"\b({Better})\b", Options);

    private static readonly Regex Negated = new(
        $@"\b(not|never|don't|dont|doesn't|won't|cannot|can't|no longer|stop|prevent|avoid|instead of|rather than"
            + $@"|fail to|refuse to|neither|nor|no) ([a-z~]+ ){{0,4}}({Up}|{Down})\b", Options);

    private static readonly Regex Aside = new(
        @"\b(without|while|whilst|but|although|even if|regardless of|because|thereby)\b[^,;.]*", Options);

    private const string Period =
        @"((the )?(same (day|week|month|quarter|year|period|time) )?((of|in) )?(the )?(last|previous|prior|past"
        + @"|preceding) (year|quarter|month|week|season|january|february|march|april|may|june|july|august|september"
        + @"|october|november|december|summer|winter|spring|autumn|period|christmas|easter)('s)?"
        + @"( (level|value|figures?|result|total))?"
        + @"|(the )?same (day|week|month|quarter|year|period|time) a year (ago|before|earlier)|a year (ago|before"
        + @"|earlier)|(january|february|march|april|may|june|july|august|september|october|november|december|q[1-4]"
        + @"|h[12])( of)?,? 20\d\d('s)?( (level|value|figures?|result|total))?)";

    private static readonly Regex Comparison = new(
        @"\b((as )?compared (to|with)|in comparison (to|with)|relative to|versus|vs\.?|against|over|on|than in"
        + @"|than|above|below|up on|down on|from) " + Period + @"\b"
        + @"|\b((as )?compared (to|with)|in comparison (to|with)|relative to|versus|vs\.?|against|than in)"
        + @" (the year )?(20\d\d|yesterday|today)\b"
        + @"|\b(year|month|quarter|week)[- ](on|over|to)[- ](year|month|quarter|week)\b|\b(yoy|mom|qoq|wow|y/y|m/m"
        + @"|q/q|year-over-year|year-on-year)\b", Options);

    private static readonly Regex Per = new(
        @"((?<percent>(?<=(%|percent|per cent|pct)( \(?relative\)?)?) ((a|per|each|every) (day|week|month|quarter"
            + @"|year)\b|(daily|weekly|monthly|quarterly|yearly|annually|per annum|p\.a\.)))"
        + @"|(?<!\b(by|to|within|in|for|half) )\b(a|per|each|every) (day|week|month|quarter|year)\b|\b(daily"
        + @"|weekly|monthly|quarterly|yearly|annual|annually|per annum)\b)(?! plan)", Options);

    private static readonly Regex Deed = new(
        @"^\W*(we |i )?(will |shall |want to |plan to |are going to |must |need to |should )?(?<deed>launch|send"
            + @"|run|hold|train|implement|introduce"
        + @"|build|create|start|organi[sz]e|publish|develop|install|buy|hire|open|write|design|test|redesign"
        + @"|automate|migrate|roll out|set up"
        + @"|conduct|contact|call|host|attend|visit|deploy|deliver|complete|finish|prepare|establish|invest|spend"
        + @"|make|offer|analy[sz]e|review|survey|interview)\b",
        Options);

    // Of what was said with its amount before: "by 10 %, by winning new customers" says how.
    private static readonly Regex Means = new(
        @"(?<=\d.*)\b(by|through|via) (?!(increas|reduc|decreas|rais|grow|doubl|halv|cutt"
            + @"|lower)ing)[a-z]{3,20}ing\b[^,;.]*", Options);

    // "Offer 24/7 support to raise ...": how, then what.
    private static readonly Regex Deeds = new(
        $@"^\W*(we |i )?(will |shall |want to |plan to |are going to |must |need to |should )?(launch|send|run|train"
        + @"|implement|introduce|build|create|start|publish|develop|install|buy|hire|open|write|design|test|redesign"
        + @"|automate|migrate|roll out|set up|conduct|contact|call|host|attend|visit|deploy|prepare|establish|invest"
        + $@"|spend|offer|analy[sz]e|review|survey|interview)\b[^;.~]*? (in order )?to (?=({Up}|{Down}|{Keep})\b)",
        Options);

    private static readonly Regex Returning =
        new(@"\b(win|wins|winning|won|get|bring) ([a-z0-9]+ ){0,4}back\b|\bre-?activat", Options);

    private static readonly Regex Vague = new(
        @"\b(improve|improving|improvement|better|enhance|optimi[sz]e|strengthen|significant|significantly"
            + @"|substantial|substantially|considerable|considerably|dramatically|drastically|noticeably"
            + @"|as much as possible|as far as possible|as soon as possible|asap|soon|quickly|eventually|somewhat"
            + @"|a bit|a little|a lot|many|much|most|best|world[- ]class|excellent|excellence|great|good|happy"
            + @"|happier|satisfied|delight|delighted|customer[- ]centric|customer focus|customer relations"
            + @"|relationships?|relations|synergies|leading|leader|state[- ]of[- ]the[- ]art|next level"
            + @"|maximi[sz]e|minimi[sz]e|appropriate|adequate|regularly|strive|aim to|try to|try|hope|hopefully"
            + @"|where possible|if possible|to some extent|more or less)\b", Options);

    private static readonly HashSet<string> AfterNumber = new(StringComparer.Ordinal)
    {
        "by", "from", "within", "in", "and", "or", "end", "per", "until", "till", "before", "for", "over", "at", "on",
            "the", "a", "this", "next", "each",
        "every", "relative", "relatively", "absolute", "compared", "against", "versus", "during", "throughout",
            "with", "without", "while", "as", "to", "owner",
        "owned", "days", "day", "orders", "customers", "purchases", "of", "more", "fewer", "less", "higher", "lower",
            "increase", "decrease", "reduction", "rise",
        "growth", "drop", "cut", "uplift", "improvement", "gain", "decline", "no", "not", "but", "than", "monthly",
            "a month", "annually", "yearly", "weekly", "daily", "overall", "in total", "total", "latest",
        "among", "across", "so", "because", "since", "through", "starting", "due", "until", "thereby", "responsible",
    };

    public static bool MayFollowANumber(string word) => AfterNumber.Contains(word);

    /// <summary>Crosses out what is said by the way: "without raising costs", "while keeping ...".</summary>
    /// <returns>The first of it; null without any.</returns>
    public static string? TakeAsides(Sentence sentence)
    {
        string?[] found = [TakeAll(sentence, Aside), TakeAll(sentence, Means), TakeAll(sentence, Deeds)];
        return found.FirstOrDefault(words => words is not null);
    }

    /// <summary>Crosses out what it is compared with: "compared to last year".</summary>
    public static string? TakeComparison(Sentence sentence) => TakeAll(sentence, Comparison);

    /// <summary>Crosses out the length of time it counts in: "monthly orders", "500 orders a year".</summary>
    /// <returns>The grain, and a hedge where a change in percent is said to repeat: nobody knows how often.</returns>
    public static (Grain? Grain, Hedge? Repeated) TakePer(Sentence sentence)
    {
        if (Per.Match(sentence.Left) is not { Success: true } match)
        {
            return (null, null);
        }

        sentence.CrossOut(match.Index, match.Length);
        var words = match.Value.Trim();
        return match.Groups["percent"].Success
            ? (null, new(HedgeKind.Amount, words, $"'{words}' repeats the change; say what it comes to by the due "
                + $"day."))
            : (GrainOf(words), null);
    }

    /// <summary>The verb of a sentence that begins with what is done: "launch a newsletter".</summary>
    public static string? DeedIn(string text) => Deed.Match(text) is { Success: true } match
        ? match.Groups["deed"].Value : null;

    public static bool IsAboutReturn(string text) => Returning.IsMatch(text);

    /// <summary>Without the words that say nothing; they are told of elsewhere.</summary>
    public static string Without(string text) => Vague.Replace(text, match => new(' ', match.Length));

    /// <summary>Whether a word says which way, alone or with others: "grow", "lower", "step".</summary>
    public static bool IsAboutDirection(string word) => Directions.Contains(word);

    public static IReadOnlyList<string> VagueWords(string text) =>
        [.. Vague.Matches(text).Select(m => m.Value).Distinct()];

    /// <summary>Whether a word of direction stands under a negation, such as "do not increase".</summary>
    public static string? NegationIn(string text) => Negated.Match(text) is { Success: true } match ? match.Value
        : null;

    public static bool SaysBetter(string text) => BetterWord.IsMatch(text);

    /// <summary>Null where no word says it, or words disagree.</summary>
    public static Direction? DirectionOf(string text)
    {
        var (up, down, keep) = (UpWord.IsMatch(text), DownWord.IsMatch(text), KeepWord.IsMatch(text));
        return (up, down, keep) switch
        {
            (true, false, false) => Direction.Increase,
            (false, true, false) => Direction.Decrease,
            (false, false, true) => Direction.Hold,
            _ => null,
        };
    }

    private static string? TakeAll(Sentence sentence, Regex pattern)
    {
        var matches = pattern.Matches(sentence.Left).ToList();
        foreach (var match in matches)
        {
            sentence.CrossOut(match.Index, match.Length);
        }

        return matches.Count > 0 ? matches[0].Value.Trim() : null;
    }

    private static Grain GrainOf(string words) => words switch
    {
        _ when words.Contains("week", StringComparison.Ordinal) => Grain.Week,
        _ when words.Contains("month", StringComparison.Ordinal) => Grain.Month,
        _ when words.Contains("quarter", StringComparison.Ordinal) => Grain.Quarter,
        _ when words.Contains("day", StringComparison.Ordinal) || words.StartsWith("dai", StringComparison.Ordinal) =>
            Grain.Day,
        _ => Grain.Year,
    };

    public static bool Disagrees(string text) => UpWord.IsMatch(text) && DownWord.IsMatch(text);
}
