using System.Text.RegularExpressions;

namespace CrmCloud.Core.Objectives.Statements;

/// <summary>Finds words that nobody understood, when all that is understood has been crossed out.</summary>
/// <remarks>
/// What restricts an aim cannot be listed ("of coffee", "via email", "women's"); what does not, can. So every word
/// counts that is neither read nor known to say nothing.
/// </remarks>
public static class Leftovers
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private const string Small =
        "a an the this that these those our ours we us i me my their its it your they of from to at in on for with "
        + "within by until till before during over up down off and or than as per each every an so which who then also "
        + "through throughout among amongst across into is are was be been being";

    private const string Saying =
        "want wants wanted shall will would should must can may need needs plan plans aim aims intend intends going "
        + "go goes have has had get gets getting become do does did let let's make makes making made set sets "
        + "reach reaches reaching reached achieve achieves achieving achieved attain attains hit hits see bring brings "
        + "bringing drive drives driving push pushes pull take takes takes move moves come win wins winning won gain "
        + "gains earn earns sell sells selling place places placed deliver delivers generate generates generating "
        + "goal goals objective objectives target targets targeted okr kpi priority ambition commitment key result "
        + "leave leaves leaving lose loses losing lost not no never don't dont won't doesn't stop prevent avoid "
        + "nor neither instead fail end ends ending due date deadline latest later time period there what where when "
        + "against expected agreed please";

    private const string Everybody =
        "all total overall whole entire combined altogether customer customers client clients buyer buyers active "
        + "paying buying company company's business firm organisation organization shop shop's team tenant everybody "
        + "everyone base";

    private const string Measures =
        "number numbers amount count value values level levels figure figures rate rates share percentage percent "
        + "point points pts pp relative relatively absolute absolutely terms term current currently present today now "
        + "baseline starting starts start initial measured measure measurement target line exactly precisely full "
        + "least minimum just only another further additional more less fewer higher lower better worse beyond above "
        + "below under between range steady stable constant flat unchanged consistently consistent year years month "
        + "months quarter quarters week weeks day days half calendar fiscal coming following next "
        + "gbp eur usd chf jpy sek nok dkk pln aud cad pounds euros dollars pound euro dollar times fold basis bps";

    private static readonly HashSet<string> Harmless =
        new(string.Join(' ', Small, Saying, Everybody, Measures).Split(' '), StringComparer.Ordinal);

    private static readonly HashSet<string> Leading = new(Small.Split(' '), StringComparer.Ordinal);

    private static readonly Regex Word = new(@"[\p{L}\p{N}][\p{L}\p{N}'&./+-]*", Options);
    private static readonly Regex Headings = new(
        @"^(goal|objective|priority|okr|item|option|number|no\.|page|article|section|step|phase)\b", Options);

    private static readonly Regex Answering = new(
        @"\b(owner|owned by|responsible|responsibility|accountable)\b[^,;.]*", Options);

    // Who could leave or come back if not those who were there?
    private static readonly Regex Staying = new("retention|retain|churn|attrition|repeat|repurchase", Options);

    /// <param name="statement">As written, for the words as written.</param>
    /// <param name="sentence">With everything crossed out that is understood, but for its verbs.</param>
    /// <param name="isHedged">Of a hedge taken out numbers may be left; it is told of elsewhere.</param>
    /// <returns>The first such words with the small ones before them: "in Germany"; null where none is left.</returns>
    public static string? In(string statement, Sentence sentence, bool isHedged)
    {
        var text = Wording.Without(Answering.Replace(sentence.Left, Blank));
        var words = Word.Matches(text).ToList();
        var isStaying = Staying.IsMatch(statement.ToLowerInvariant());
        for (var i = 0; i < words.Count; i++)
        {
            if (!IsHarmless(words[i].Value, isStaying) && !(isHedged && char.IsDigit(words[i].Value[0])))
            {
                return Written(statement, Phrase(text, words, i, isStaying));
            }
        }

        var number = sentence.Unmeasured.FirstOrDefault(part => !Headings.IsMatch(part));
        return number is null ? null : Written(statement, number);
    }

    /// <summary>The words that say something, of a phrase found here.</summary>
    public static IEnumerable<string> Telling(string phrase) =>
        Word.Matches(phrase.ToLowerInvariant()).Select(m => m.Value).Where(word => !IsHarmless(word, true));

    private static bool IsHarmless(string word, bool isStaying)
    {
        var plain = word.TrimEnd('.', '-', '\'', '/');
        return Harmless.Contains(plain) || Wording.IsAboutDirection(plain)
            || (isStaying && plain is "existing" or "established");
    }

    private static string Phrase(string text, List<Match> words, int at, bool isStaying)
    {
        var (from, to) = (at, at);
        while (from > 0 && Leading.Contains(words[from - 1].Value) && IsNext(text, words, from - 1))
        {
            from--;
        }

        while (to + 1 < words.Count && IsNext(text, words, to) && !Leading.Contains(words[to + 1].Value)
            && (!IsHarmless(words[to + 1].Value, isStaying) || words[to + 1].Value.StartsWith("customer",
                StringComparison.Ordinal)))
        {
            to++;
        }

        return text[words[from].Index..(words[to].Index + words[to].Length)];
    }

    private static bool IsNext(string text, List<Match> words, int at) =>
        words[at + 1].Index == words[at].Index + words[at].Length + 1 && text[words[at + 1].Index - 1] == ' ';

    private static string Written(string statement, string phrase)
    {
        var at = statement.IndexOf(phrase.Trim(), StringComparison.OrdinalIgnoreCase);
        return at < 0 ? phrase.Trim() : statement.Substring(at, phrase.Trim().Length);
    }

    private static string Blank(Match match) => new(' ', match.Length);
}
