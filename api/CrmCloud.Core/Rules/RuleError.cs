using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>What is wrong with a rule, and what would be right at that place.</summary>
/// <param name="Line">From 1; null in a typed tree, where the field is the place.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
/// <param name="Expected">What is accepted there; of unknown names the nearest known ones. At most 10.</param>
public sealed record RuleError(
    UserErrorCode Code, string Message, string? At, int? Line, int? Column, IReadOnlyList<string> Expected)
    : Problem(Code, Message, At)
{
    internal static RuleError Of(string field, Place at, string message, IReadOnlyList<string>? expected = null) =>
        Of(UserErrorCode.RuleSyntax, field, at, message, expected ?? []);

    internal static RuleError TooMuch(string field, Place at, string message) =>
        Of(UserErrorCode.RuleTooExpensive, field, at, message, []);

    private static RuleError Of(
        UserErrorCode code, string field, Place at, string message, IReadOnlyList<string> expected) =>
        new(
            code,
            at.Line > 0 ? $"{message} (line {at.Line}, column {at.Column})" : message,
            at.Path is null ? field : $"{field}.{at.Path}",
            at.Line > 0 ? at.Line : null,
            at.Column > 0 ? at.Column : null,
            expected);
}

/// <summary>How large a rule may be, as text and as typed tree.</summary>
public static class RuleLimits
{
    /// <summary>Of the text as given, and of the canonical text.</summary>
    public const int Characters = 4_000;

    /// <summary>Levels of and, or, not, clause; in a text also of parentheses.</summary>
    public const int Depth = 20;

    /// <summary>Clauses in all.</summary>
    public const int Predicates = 64;

    internal const int NameCharacters = 200;

    internal static RuleError? Check(RuleNode rule, string field)
    {
        var (depth, predicates) = Measure(rule);
        var characters = RuleText.Print(rule).Length;
        return depth > Depth ? RuleError.TooMuch(
                field, rule.At, $"A rule has at most {Depth} levels; this has {depth}.")
            : predicates > Predicates ? RuleError.TooMuch(
                field, rule.At, $"A rule has at most {Predicates} clauses; this has {predicates}.")
            : characters > Characters ? RuleError.TooMuch(
                field, rule.At, $"A rule has at most {Characters} characters; this has {characters}.")
            : null;
    }

    private static (int Depth, int Predicates) Measure(RuleNode rule)
    {
        IReadOnlyList<RuleNode> children = rule switch
        {
            AllOf all => all.Rules,
            AnyOf any => any.Rules,
            NotRule not => [not.Rule],
            _ => [],
        };
        var (depth, predicates) = (0, children.Count == 0 ? 1 : 0);
        foreach (var child in children)
        {
            var inner = Measure(child);
            (depth, predicates) = (Math.Max(depth, inner.Depth), predicates + inner.Predicates);
        }

        return (depth + 1, predicates);
    }
}
