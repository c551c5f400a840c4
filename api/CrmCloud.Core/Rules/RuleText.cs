using System.Globalization;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>A rule as text: reading and the canonical form.</summary>
public static class RuleText
{
    /// <summary>The grammar in EBNF, for people.</summary>
    public const string Grammar = """
        rule   = or ; or = and {"or" and} ; and = un {"and" un} ; un = "not" un | "(" or ")" | pred ;
        pred   = agg cmp lit | agg "between" lit "and" lit | "no" event [where] ["within" dur]
               | attr cmp lit | attr ["not"] "in" "(" lit {"," lit} ")" | attr "is" ["not"] "null"
               | ["not"] "in" "segment" name | "score" ("R"|"F"|"M"|"RFM") cmp int | metric cmp lit
               | "consent" "(" purpose ["," channel] ")" ;
        agg    = ("count"|"sum"|"avg"|"min"|"max"|"distinct") "(" event ["." field] [where] [win] ")"
               | ("age_of_last"|"age_of_first") "(" event [where] ")" ;
        where  = "where" field cmp lit {"and" field cmp lit} ;
        win    = "within" dur | "between" dur "and" dur "ago" | "since" date
               | "in" ("this"|"last") ("day"|"week"|"month"|"quarter"|"year") ;
        metric = "recency"|"frequency"|"monetary"|"net_monetary"|"lifecycle"|"idic_stage"|"satisfaction" ;
        lit    = integer | decimal | money (12.50 GBP) | 'text' | date (2026-11-21) | "true" | "false"
               | dur (of ages only) ;
        cmp    = "<"|"<="|"="|"!="|">="|">" ; dur = int ("h"|"d"|"w"|"mo"|"y") ;
        name   = a-z, A-Z, 0-9, "_", "-", a letter or "_" first, or anything in "double quotes" ;
        A quote within its own kind of quotes is written twice.
        """;

    /// <param name="field">Path of the input that holds the text, for the error.</param>
    /// <returns>A canonical tree, or one <see cref="RuleError"/>: reading stops at the first fault.</returns>
    public static Outcome<RuleNode> Parse(string text, string field = "rule") => RuleParser.Parse(text, field);

    /// <summary>The canonical text: parsing it gives the same tree, printing that the same text.</summary>
    public static string Print(RuleNode rule) => rule switch
    {
        AnyOf any => string.Join(" or ", any.Rules.Select(Print)),
        AllOf all => string.Join(" and ", all.Rules.Select(InAll)),
        NotRule not => $"not {(not.Rule is AllOf or AnyOf ? $"({Print(not.Rule)})" : Print(not.Rule))}",
        AggregateRule aggregate => $"{Print(aggregate.Function, aggregate)} {Print(aggregate.Test)}",
        AbsenceRule no => $"no {Print(no.Event)}{(no.Within is { } within ? $" within {within}" : "")}",
        AttributeRule attribute => $"{AttributeName(attribute.Attribute)} {Print(attribute.Test)}",
        AttributeInRule one =>
            $"{AttributeName(one.Attribute)} {(one.Negated ? "not " : "")}in ({Joined(one.Values)})",
        AttributeNullRule none => $"{AttributeName(none.Attribute)} is{(none.Negated ? " not" : "")} null",
        SegmentRefRule segment => $"in segment {Name(segment.Segment)}",
        ScoreRule score => string.Create(
            CultureInfo.InvariantCulture,
            $"score {RuleWords.Of(score.Part)} {RuleWords.Of(score.Operator)} {score.Value}"),
        MetricRule metric => $"{RuleWords.Of(metric.Metric)} {Print(metric.Test)}",
        ConsentRule consent =>
            $"consent({Name(consent.Purpose)}{(consent.Channel is { } channel ? $", {Name(channel)}" : "")})",
        _ => throw new ArgumentException($"Unknown rule {rule.GetType().Name}.", nameof(rule)),
    };

    /// <summary>What a clause asks for, without what it asks of; null where that is all it says.</summary>
    internal static string? Expected(RuleNode rule) => rule switch
    {
        AggregateRule aggregate => Print(aggregate.Test),
        AbsenceRule => "= 0",
        AttributeRule attribute => Print(attribute.Test),
        AttributeInRule one => $"{(one.Negated ? "not " : "")}in ({Joined(one.Values)})",
        AttributeNullRule none => none.Negated ? "is not null" : "is null",
        ScoreRule score => string.Create(CultureInfo.InvariantCulture, $"{RuleWords.Of(score.Operator)} {score.Value}"),
        MetricRule metric => Print(metric.Test),
        SegmentRefRule => "member",
        ConsentRule => "granted",
        _ => null,
    };

    internal static string Print(RuleTest test) => test.Upper is null
        ? $"{RuleWords.Of(test.Operator)} {Print(test.Value)}"
        : $"between {Print(test.Value)} and {Print(test.Upper)}";

    internal static string Print(EventFilter filter) => Name(filter.Event) + Where(filter);

    internal static string Print(RuleWindow? window) => window switch
    {
        null => "",
        WithinWindow within => $" within {within.Length}",
        AgoWindow ago => $" between {ago.Newer} and {ago.Older} ago",
        SinceWindow since => string.Create(CultureInfo.InvariantCulture, $" since {since.Date:yyyy-MM-dd}"),
        CalendarWindow calendar =>
            $" in {(calendar.Period == RulePeriod.This ? "this" : "last")} {RuleWords.Of(calendar.Unit)}",
        _ => throw new ArgumentException($"Unknown window {window.GetType().Name}.", nameof(window)),
    };

    internal static string Print(RuleLiteral literal) => literal switch
    {
        NumberLiteral number => RuleNumbers.Write(number.Value),
        MoneyLiteral money => $"{Amount(money)} {money.Currency}",
        TextLiteral text => $"'{text.Value.Replace("'", "''", StringComparison.Ordinal)}'",
        DateLiteral date => date.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TruthLiteral truth => truth.Value ? "true" : "false",
        DurationLiteral duration => duration.Value.ToString(),
        _ => throw new ArgumentException($"Unknown literal {literal.GetType().Name}.", nameof(literal)),
    };

    internal static string Name(RuleName name) => RuleWords.IsPlain(name.Text) ? name.Text : Quoted(name);

    // Only an attribute stands where a word of the language could stand.
    private static string AttributeName(RuleName name) =>
        RuleWords.IsPlain(name.Text) && !RuleWords.IsReserved(name.Text) ? name.Text : Quoted(name);

    private static string Quoted(RuleName name) => $"\"{name.Text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Joined(IEnumerable<RuleLiteral> values) => string.Join(", ", values.Select(Print));

    // A condition that nothing ends would take the next "and" for its own.
    private static string InAll(RuleNode rule) =>
        rule is AnyOf || EndsOpen(rule) ? $"({Print(rule)})" : Print(rule);

    private static bool EndsOpen(RuleNode rule) => rule switch
    {
        NotRule not => EndsOpen(not.Rule),
        AbsenceRule no => no is { Within: null, Event.Where.Count: > 0 },
        _ => false,
    };

    private static string Print(RuleAggregate function, AggregateRule rule)
    {
        var field = rule.Field is { } name ? $".{Name(name)}" : "";
        return $"{RuleWords.Of(function)}({Name(rule.Event.Event)}{field}{Where(rule.Event)}{Print(rule.Window)})";
    }

    private static string Where(EventFilter filter) => filter.Where.Count == 0
        ? ""
        : " where " + string.Join(" and ", filter.Where.Select(test => $"{Name(test.Field)} {Print(test.Test)}"));

    // With the currency's own decimals, and more only where the amount has more.
    private static string Amount(MoneyLiteral money)
    {
        var decimals = Currency.TryParse(money.Currency, out var currency) ? currency.Decimals : 0;
        var form = "0." + new string('0', decimals) + new string('#', RuleNumbers.Decimals - decimals);
        return money.Amount.ToString(form, CultureInfo.InvariantCulture);
    }
}
