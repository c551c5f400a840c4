using CrmCloud.Core.Rules;
using CrmCloud.Core.Schema;
using CrmCloud.GraphQL.Binding;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Rules;

/// <summary>Text, tree, typed input and JSON are four views of one rule.</summary>
public sealed class RoundTripTests(ITestOutputHelper output)
{
    [Fact]
    public void Any_rule_survives_text_typed_input_and_json()
    {
        for (var seed = 0; seed < 5_000; seed++)
        {
            output.WriteLine($"seed {seed}");
            var rule = new RandomRules(new Random(seed), new DateOnly(2026, 11, 21)).Rule(5);
            var text = RuleText.Print(rule);
            if (RuleText.Parse(text) is { Succeeded: false } refused)
            {
                // Random rules may be too large, but are never wrong otherwise.
                Assert.Equal(Core.Shared.UserErrorCode.RuleTooExpensive, Assert.Single(refused.Problems).Code);
                continue;
            }

            Assert.Equal(text, RuleText.Print(RuleText.Parse(text).Value));
            var typed = RuleTree.Write(rule);
            Assert.Equal(text, RuleText.Print(RuleTree.Read(typed, "rule").Value));
            var json = RuleTree.Json(RuleText.Parse(text).Value);
            Assert.Equal(text, RuleText.Print(RuleTree.Read(RuleTree.ReadJson(json), "rule").Value));
        }
    }

    [Fact]
    public void The_tree_is_written_as_a_client_would_send_it()
    {
        var rule = RuleText.Parse(
            "sum(order.amount where kind = 'renewal' in last month) >= 10 GBP and not score RFM < 345");

        Assert.Equal(
            """
            {"all":[{"aggregate":{"function":"SUM","event":"order","field":"amount",
            "where":[{"field":"kind","op":"EQ","value":{"text":"renewal"}}],
            "window":{"calendar":{"period":"LAST","unit":"MONTH"}},
            "test":{"compare":{"op":"GTE","value":{"money":{"amount":"10","currency":"GBP"}}}}}},
            {"not":{"score":{"score":"RFM","op":"LT","value":345}}}]}
            """.Replace("\n", "", StringComparison.Ordinal),
            RuleTree.Json(rule.Value).GetRawText());
    }

    [Fact]
    public void The_typed_input_is_a_one_of_of_the_schema()
    {
        var schema = new SchemaBuilder().AddScalars().AddRoots<Probe>().Build();

        var sdl = CrmCloud.GraphQL.Types.SchemaPrinter.Print(schema);

        Assert.Contains("input RuleInput @oneOf", sdl, StringComparison.Ordinal);
        Assert.Contains("input SegmentRuleInput @oneOf", sdl, StringComparison.Ordinal);
        Assert.Contains("enum RuleScore {\n  R\n  F\n  M", sdl, StringComparison.Ordinal);
    }

    private sealed class Probe
    {
        [Query]
        public static bool Check(SegmentRuleInput rule) => rule.Tree is not null;
    }
}
