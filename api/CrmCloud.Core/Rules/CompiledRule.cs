using System.Text.Json;

namespace CrmCloud.Core.Rules;

/// <summary>
/// A rule that is checked and ready. Immutable and safe for several threads, each with its own cache.
/// </summary>
/// <remarks>Instants are looked at in whole milliseconds, as facts are stored: a part of one is cut off.</remarks>
public sealed class CompiledRule
{
    private const int DearPoints = 100;

    private readonly Clause _clause;
    private readonly LeafTable _leaves;
    private readonly RuleUses _uses;

    internal CompiledRule(RuleNode tree, Clause clause, LeafTable leaves, RuleUses uses)
    {
        (Tree, _clause, _leaves, _uses) = (tree, clause, leaves, uses);
        Text = RuleText.Print(tree);
        References = [.. uses.Segments];
        Names = [.. uses.Names];
    }

    public RuleNode Tree { get; }

    /// <summary>Canonical.</summary>
    public string Text { get; }

    public JsonElement Json => RuleTree.Json(Tree);

    /// <summary>Keys of the segments it refers to, sorted; circles are for the caller to refuse.</summary>
    public IReadOnlyList<string> References { get; }

    /// <summary>Events, attributes, metrics and purposes it names, sorted.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The subject's facts are needed.</summary>
    public bool ReadsEvents => _uses.Events;

    /// <summary>The subject's master data are needed.</summary>
    public bool ReadsAttributes => _uses.Attributes;

    /// <summary>New cuts of scores can move it.</summary>
    public bool ReadsScores => _uses.Scores;

    /// <summary>
    /// It looks at calendar periods or local days: a changed time zone, week start or fiscal year can move it, and
    /// many customers move at one boundary.
    /// </summary>
    public bool ReadsCalendar => _uses.Calendar;

    /// <summary>Every clause of the language follows changes; what time moves, due instants move.</summary>
    public Evaluability Evaluable => Evaluability.OnChange;

    /// <param name="customers">How many would be evaluated, for the estimate.</param>
    public RuleCost Cost(long customers)
    {
        var documents = 1 + (_uses.Events ? 1 : 0) + (_uses.Attributes ? 1 : 0);
        var advice = _uses.Points > DearPoints
            ? "Move parts that several rules share into a segment of their own and refer to it."
            : null;
        return new RuleCost(_uses.Points, (int)Math.Min(int.MaxValue, documents * Math.Max(0, customers)), advice);
    }

    /// <summary>Whether the customer belongs, as of an instant: later facts do not count.</summary>
    public bool Evaluate(in RuleSubject subject, DateTimeOffset now, LeafCache cache)
    {
        cache.Use(_leaves, subject, now.ToUnixTimeMilliseconds());
        return _clause.Holds(subject, cache);
    }

    /// <summary>
    /// The earliest instant after now at which time alone could move the result; null for never. Nothing is missed:
    /// until then the result stays as it is while nothing of the customer changes. It may be found unmoved there.
    /// </summary>
    public DateTimeOffset? NextChange(in RuleSubject subject, DateTimeOffset now, LeafCache cache)
    {
        cache.Use(_leaves, subject, now.ToUnixTimeMilliseconds());
        var next = _clause.NextChange(subject, cache);
        return next == Clause.Never ? null : DateTimeOffset.FromUnixTimeMilliseconds(next);
    }

    /// <summary>Every clause in its order with the value it saw.</summary>
    public IReadOnlyList<RuleTrace> Trace(in RuleSubject subject, DateTimeOffset now, LeafCache cache)
    {
        cache.Use(_leaves, subject, now.ToUnixTimeMilliseconds());
        var clauses = new List<RuleTrace>();
        _clause.Trace(subject, cache, clauses);
        return clauses;
    }
}
