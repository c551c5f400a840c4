using System.Text.RegularExpressions;

namespace CrmCloud.Core.Objectives.Statements;

/// <summary>Finds words that restrict an aim to some customers: "of loyal customers", "in Germany".</summary>
/// <remarks>
/// Without a segment everything is measured over all customers, so such a restriction would be dropped silently.
/// </remarks>
public static class Populations
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private const string People =
        "customers|clients|buyers|shoppers|members|subscribers|users|consumers|accounts|households";

    // Everybody in other words.
    private const string Everybody =
        "all|our|the|of|every|each|these|those|their|your|my|total|a|active|buying|paying|kept|more|fewer|less|number";

    private const string Months =
        "January|February|March|April|May|June|July|August|September|October|November|December"
        + "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Christmas|Easter|Summer|Spring|Autumn|Winter";

    private static readonly Regex Some = new(
        $@"\b(of|from|among|amongst|for) (?<who>(({Everybody}) )*"
        + $@"(?!({Everybody}|{People}|cost)\b)(?!(?!existing|returning"
        + $@"|visiting)\w+ing\b)[a-z][a-z'-]*( [a-z][a-z'-]*){{0,2}}? ({People}))\b",
        Options);

    private static readonly Regex Newcomers = new(
        @"\b(retention|churn|revenue|sales|turnover|orders|purchases|rate|size|value|frequency|profit|income)"
        + $@" (rate )?(of|from|among|with) ((our|the|all) )?(?<who>new ({People}))\b", Options);

    private static readonly Regex Kinds = new(
        @"\b(of|from|among|amongst|for|with) (the |our |all )?(?<who>(women|men|families|students|seniors"
            + @"|pensioners|millennials"
        + @"|teenagers|parents|children|businesses|smes|vips?|people|those|anyone)( (over|under|aged|above|below"
        + @"|who|in|from)"
        + @"( [a-z0-9'-]+){1,4}?)?|(customers|clients|buyers) (over|under|aged|above|below|older"
        + @"|younger)( [a-z0-9'-]+){1,3}?)(?= by | until | within |[,.;]|\s*$)", Options);

    private static readonly Regex Place = new(
        $@"\b([Ii]n|[Aa]cross|from|within|throughout) (the )?(?<who>UK|US|USA|EU|EMEA|DACH|APAC|LATAM|UAE"
        + $@"|(?!({Months}|Our|The|All|Total|Euros?|Pounds"
        + $@"|Dollars)\b)[A-Z][a-z]{{2,30}}( [A-Z][a-z]{{2,30}})?)\b", Options);

    private static readonly Regex Words = new(@"\b[A-Za-z]{4,}\b", Options);

    // Who could leave or come back if not those who were there?
    private static readonly Regex ThoseThere = new($@"\b(existing|current|present|established) ({People})$", Options);
    private static readonly Regex Staying = new("retention|retain|churn|attrition|repeat|repurchase", Options);

    /// <summary>"Retention of new customers": who, not how many. Crosses them out, so that none counts them.</summary>
    public static string? TakeNewcomers(Sentence sentence)
    {
        if (Newcomers.Match(sentence.Left).Groups["who"] is not { Success: true } who)
        {
            return null;
        }

        sentence.CrossOut(who.Index, who.Length);
        return who.Value;
    }

    /// <param name="statement">As written: a capital letter makes a place.</param>
    /// <param name="sentence">Its indicators are crossed out: "share of repeat customers" names everybody.</param>
    /// <returns>The words that restrict; null where none does.</returns>
    public static string? In(string statement, Sentence sentence)
    {
        var some = Some.Matches(sentence.Left).Concat(Kinds.Matches(sentence.Left)).Select(m => m.Groups["who"].Value)
            .FirstOrDefault(who => !(ThoseThere.IsMatch(who) && Staying.IsMatch(statement.ToLowerInvariant())));
        return some ?? (IsTitle(statement) ? null : Place.Matches(statement).Select(m => m.Groups["who"].Value)
            .FirstOrDefault(who => sentence.Left.Contains(who.ToLowerInvariant(), StringComparison.Ordinal)
                && IsPlace(who)));
    }

    private static bool IsPlace(string who) =>
        Wording.DirectionOf(who.ToLowerInvariant()) is null && IndicatorNames.Take(new Sentence(who)).Count == 0;

    // "Increase Revenue In Stores": capitals say nothing there.
    private static bool IsTitle(string statement)
    {
        var words = Words.Matches(statement).Skip(1).Select(m => m.Value[0]).ToList();
        return words.Count > 1 && words.Count(char.IsUpper) * 2 > words.Count;
    }
}
