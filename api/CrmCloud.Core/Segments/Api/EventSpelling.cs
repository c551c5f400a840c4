using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Segments.Api;

/// <summary>
/// Any name can be an interaction's type, also of one that is still to come. But one that is nearly a transaction's
/// kind
/// is more likely misspelt, and would make a rule that quietly holds for nobody.
/// </summary>
internal static class EventSpelling
{
    private const int NearlyEqual = 2;

    /// <param name="at">Path of the rule.</param>
    public static IReadOnlyList<Warning> Doubts(CompiledRule rule, string at) =>
        [.. Events(rule.Tree).Distinct(StringComparer.Ordinal).Select(name => (name, Meant: Meant(name)))
            .Where(pair => pair.Meant is not null)
            .Select(pair => new Warning(
                "EVENT_MISSPELT",
                $"'{pair.name}' is taken for a type of interactions; should it be '{pair.Meant}'?", at.Split('.')))];

    private static string? Meant(string name) => EventKinds.Transactions.Contains(name)
        ? null
        : EventKinds.Transactions.FirstOrDefault(kind => RuleNames.Distance(name, kind) <= NearlyEqual);

    private static IEnumerable<string> Events(RuleNode rule) => rule switch
    {
        AllOf all => all.Rules.SelectMany(Events),
        AnyOf any => any.Rules.SelectMany(Events),
        NotRule not => Events(not.Rule),
        AggregateRule aggregate => [aggregate.Event.Event.Text],
        AbsenceRule absence => [absence.Event.Event.Text],
        _ => [],
    };
}
