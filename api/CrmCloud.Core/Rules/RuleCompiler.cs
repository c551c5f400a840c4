using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>Checks rules against a tenant's vocabulary and makes them ready to evaluate.</summary>
/// <remarks>
/// Rules of one compiler share leaves: make one compiler for all segments of a tenant, and a new one when the
/// vocabulary, the tenant's zone or its fiscal year changes. Safe for several threads.
/// </remarks>
public sealed class RuleCompiler(RuleVocabulary vocabulary)
{
    private readonly LeafTable _leaves = new();

    public RuleVocabulary Vocabulary { get; } = vocabulary;

    /// <param name="field">Path of the input that holds the rule, for errors.</param>
    /// <returns>The rule, or every <see cref="RuleError"/> of its names and types, at most 20.</returns>
    public Outcome<CompiledRule> Compile(RuleNode rule, string field = "rule")
    {
        var faults = new RuleFaults(field);
        var binder = new RuleBinder(Vocabulary, _leaves, faults);
        var clause = binder.Bind(rule);
        return clause is null ? faults.Found : new CompiledRule(rule, clause, _leaves, binder.Uses);
    }

    /// <summary>Reads and compiles a text.</summary>
    public Outcome<CompiledRule> Compile(string text, string field = "rule")
    {
        var answer = Plain(text, field);
        return answer.Succeeded ? answer : new BareWord(Plain, text, field).Explain(answer);
    }

    /// <summary>Reads and compiles an input, whichever way it was written.</summary>
    public Outcome<CompiledRule> Compile(SegmentRuleInput input, string field) =>
        input.Tree is null && input.Expression is { } text
            ? Compile(text, $"{field}.expression")
            : Compile(RuleTree.Read(input, field), $"{field}.{(input.Tree is null ? "expression" : "tree")}");

    private Outcome<CompiledRule> Plain(string text, string field) => Compile(RuleText.Parse(text, field), field);

    private Outcome<CompiledRule> Compile(Outcome<RuleNode> read, string field) =>
        read.Succeeded ? Compile(read.Value, field) : Outcome<CompiledRule>.Refuse(read.Problems);
}

/// <summary>What a rule reads and how much work it is.</summary>
internal sealed class RuleUses
{
    public SortedSet<string> Segments { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> Names { get; } = new(StringComparer.Ordinal);

    public bool Events { get; set; }

    public bool Attributes { get; set; }

    public bool Scores { get; set; }

    public bool Calendar { get; set; }

    public int Points { get; set; }
}
