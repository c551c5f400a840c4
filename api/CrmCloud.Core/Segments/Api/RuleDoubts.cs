using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Segments.Api;

/// <summary>
/// What is allowed in a rule, but hardly meant: a rule that quietly holds for nobody. Any name can be an interaction's
/// type or a consent's purpose, also of one that is still to come; but one that is nearly a known one is more likely
/// misspelt.
/// </summary>
internal static class RuleDoubts
{
    private const int NearlyEqual = 2;

    /// <param name="at">Path of the rule.</param>
    public static async Task<IReadOnlyList<Warning>> OfAsync(
        CompiledRule rule, string at, Caller caller, CancellationToken stop)
    {
        var nodes = Nodes(rule.Tree).ToList();
        var events = nodes.Select(EventOf).OfType<string>().Where(name => !EventKinds.Transactions.Contains(name))
            .Distinct(StringComparer.Ordinal).ToList();
        var purposes = nodes.OfType<ConsentRule>().Select(consent => consent.Purpose.Text)
            .Distinct(StringComparer.Ordinal).ToList();
        var used = events.Count + purposes.Count > 0 ? await UsedNames.LoadAsync(caller, stop) : new([], []);
        var today = PeriodCalendar.DateOf(
            TenantDefinitions.CalendarOf(caller.Tenant).DayOf(caller.Now.ToUnixTimeMilliseconds()));
        return
        [
            .. events.Select(name => Event(name, used.InteractionTypes))
                .Concat(purposes.Select(name => Purpose(name, used.Purposes)))
                .Concat(nodes.Select(node => InFuture(node, today)))
                .Concat(EmptyRanges.Faults(rule.Tree).Select(text => (Code: "NEVER_HOLDS", Text: (string?)text)))
                .Where(doubt => doubt.Text is not null)
                .Select(doubt => new Warning(doubt.Code, doubt.Text!, at.Split('.'))),
        ];
    }

    private static (string Code, string? Text) Event(string name, IReadOnlyList<string> used)
    {
        if (used.Contains(name))
        {
            return default;
        }

        var meant = EventKinds.Transactions.Concat(used)
            .FirstOrDefault(known => RuleNames.Distance(name, known) <= NearlyEqual);
        return meant is not null
            ? ("EVENT_MISSPELT", $"'{name}' is taken for a type of interactions; should it be '{meant}'?")
            : ("EVENT_UNKNOWN", Unknown($"interactions of the type '{name}'", name, used));
    }

    private static (string Code, string? Text) Purpose(string name, IReadOnlyList<string> used) => used.Contains(name)
        ? default
        : ("PURPOSE_UNKNOWN", Unknown($"consents for '{name}'", name, used));

    // Where nothing is recorded yet, every name is as good.
    private static string? Unknown(string what, string name, IReadOnlyList<string> used) => used.Count == 0
        ? null
        : $"No {what} were found; there are {string.Join(", ", RuleNames.Nearest(name, used).Select(n => $"'{n}'"))}.";

    private static (string Code, string? Text) InFuture(RuleNode node, DateOnly today) =>
        node is AggregateRule { Window: SinceWindow since } && since.Date > today
            ? ("WINDOW_IN_FUTURE", $"{since.Date:yyyy-MM-dd} is still to come: until then no event counts.")
            : default;

    private static string? EventOf(RuleNode node) => node switch
    {
        AggregateRule aggregate => aggregate.Event.Event.Text,
        AbsenceRule absence => absence.Event.Event.Text,
        _ => null,
    };

    private static IEnumerable<RuleNode> Nodes(RuleNode rule) => rule switch
    {
        AllOf all => all.Rules.SelectMany(Nodes),
        AnyOf any => any.Rules.SelectMany(Nodes),
        NotRule not => Nodes(not.Rule),
        _ => [rule],
    };
}
