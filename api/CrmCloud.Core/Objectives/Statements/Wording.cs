using System.Text.RegularExpressions;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Objectives.Statements;

/// <summary>Words that say which way, and words that say nothing.</summary>
public static class Wording
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private const string Up = "increase|increases|increasing|increased|raise|raises|raising|grow|grows|growing|growth|boost|boosting|lift|lifting|gain|gaining|expand|higher|more|rise|rising|rises|double|doubling|triple|win|add|uplift|push up|drive up";
    private const string Down = "decrease|decreases|decreasing|decreased|reduce|reduces|reducing|reduction|cut|cuts|cutting|lower|lowers|lowering|drop|drops|dropping|shrink|halve|halving|fewer|less|decline|declining|fall|falls|falling|bring down|drive down|push down|diminish|curb";
    private const string Keep = "keep|keeps|keeping|hold|holding|maintain|maintaining|stay|stays|remain|remains|stabilise|stabilize|sustain";
    private const string Better = "improve|improves|improving|improvement|better|enhance|optimise|optimize|strengthen|strengthening|advance|upgrade|progress";

    private static readonly Regex UpWord = new($@"\b({Up})\b", Options);
    private static readonly Regex DownWord = new($@"\b({Down})\b", Options);
    private static readonly Regex KeepWord = new($@"\b({Keep})\b", Options);
    private static readonly Regex BetterWord = new($@"\b({Better})\b", Options);

    private static readonly Regex Negated = new(
        $@"\b(not|never|don't|dont|doesn't|won't|cannot|can't|no longer|stop|prevent|avoid|instead of|rather than|fail to|refuse to|neither|nor|no) ([a-z~]+ ){{0,4}}({Up}|{Down})\b", Options);

    private static readonly Regex Aside = new(@"\b(without|while|whilst|but|although|even if|regardless of)\b[^,;.]*",
        Options);

    private static readonly Regex Vague = new(
        @"\b(improve|improving|improvement|better|enhance|optimi[sz]e|strengthen|significant|significantly|substantial|substantially|considerable|considerably|dramatically|drastically|noticeably|as much as possible|as far as possible|as soon as possible|asap|soon|quickly|eventually|somewhat|a bit|a little|a lot|many|much|most|best|world[- ]class|excellent|excellence|great|good|happy|happier|satisfied|delight|delighted|customer[- ]centric|customer focus|customer relations|relationships?|relations|synergies|leading|leader|state[- ]of[- ]the[- ]art|next level|maximi[sz]e|minimi[sz]e|appropriate|adequate|regularly|strive|aim to|try to|try|hope|hopefully|where possible|if possible|to some extent|more or less)\b", Options);

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
    public static bool TakeAsides(Sentence sentence)
    {
        var matches = Aside.Matches(sentence.Left).ToList();
        foreach (var match in matches)
        {
            sentence.CrossOut(match.Index, match.Length);
        }

        return matches.Count > 0;
    }

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

    public static bool Disagrees(string text) => UpWord.IsMatch(text) && DownWord.IsMatch(text);
}
