using System.Text.Json;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>A rule as typed input and as JSON of the same shape.</summary>
public static class RuleTree
{
    /// <param name="field">Path of the input, for errors.</param>
    /// <returns>The canonical tree, or one <see cref="RuleError"/> whose field is the place at fault.</returns>
    public static Outcome<RuleNode> Read(SegmentRuleInput input, string field)
    {
        return input switch
        {
            { Expression: { } text } => RuleText.Parse(text, $"{field}.expression"),
            { Tree: { } tree } => Read(tree, $"{field}.tree"),
            _ => RuleError.Of(field, default, "Write the rule as expression or as tree.", ["expression", "tree"]),
        };
    }

    /// <inheritdoc cref="Read(SegmentRuleInput, string)"/>
    public static Outcome<RuleNode> Read(RuleInput input, string field)
    {
        try
        {
            var rule = new RuleTreeReader().Rule(input, "");
            return RuleLimits.Check(rule, field) is { } fault ? fault : rule;
        }
        catch (RuleSyntaxException fault)
        {
            return RuleError.Of(field, fault.At, fault.Message, fault.Expected);
        }
    }

    /// <summary>The typed tree; reading it gives the same rule.</summary>
    public static RuleInput Write(RuleNode rule) => RuleTreeWriter.Rule(rule);

    /// <summary>The tree as a client would send it: names in camelCase, decimals and durations as texts.</summary>
    public static JsonElement Json(RuleNode rule) => JsonSerializer.SerializeToElement(Write(rule), RuleJson.Options);

    /// <exception cref="JsonException">Not a typed tree.</exception>
    public static RuleInput ReadJson(JsonElement tree) => tree.Deserialize<RuleInput>(RuleJson.Options)!;
}
