using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;

namespace CrmCloud.Tests.Rules;

/// <summary>What is read, how it is written again, and what is said of what cannot be read.</summary>
public sealed class RuleTextTests
{
    [Theory]
    [InlineData("count(order) >= 3")]
    [InlineData("count(order within 90d) between 1 and 3")]
    [InlineData("sum(order.amount where amount > 10.00 GBP and kind = 'renewal' in this quarter) < 12.50 GBP")]
    [InlineData("avg(call.satisfaction between 30d and 3mo ago) >= 4.5")]
    [InlineData("max(refund.amount since 2026-01-31) = 0.00 GBP")]
    [InlineData("distinct(visit.channel in last year) != 1")]
    [InlineData("age_of_last(order) <= 30d and consent(marketing, email) and not in segment churned")]
    [InlineData("age_of_first(visit where channel = 'web') between 12h and 1y")]
    [InlineData("no order where amount > 5.00 GBP within 4w and city = 'Paris'")]
    [InlineData("(no order where amount > 5.00 GBP) and city = 'Paris'")]
    [InlineData("no order where amount > 5.00 GBP or no visit")]
    [InlineData("city in ('Paris', 'it''s', '') or points not in (1, -2.5)")]
    [InlineData("email is not null and birth_date is null")]
    [InlineData("not (vip = true or joined > 2026-11-21) and (tier = 'gold' or not not tags = 'x')")]
    [InlineData("score RFM >= 444 and score R = 5")]
    [InlineData("recency > 30 and lifecycle != 'active' and idic_stage >= 'interacting' and monetary > 1.00 GBP")]
    [InlineData("count(\"support.mail\" within 1d) > 0 and \"recency\" > 5")]
    [InlineData("in segment b-2")]
    public void A_canonical_text_is_written_as_it_was_read(string text)
    {
        var rule = RuleText.Parse(text);

        Assert.True(rule.Succeeded, rule.Succeeded ? "" : rule.Problems[0].Message);
        Assert.Equal(text, RuleText.Print(rule.Value));
        Assert.True(new RuleCompiler(RuleWorld.Vocabulary()).Compile(rule.Value).Succeeded);
    }

    [Theory]
    [InlineData("  count( order )>=03 ", "count(order) >= 3")]
    [InlineData("((vip = true))\nand\n((points > 1.50))", "vip = true and points > 1.5")]
    [InlineData("vip = true and (points > 1 and (city = 'x'))", "vip = true and points > 1 and city = 'x'")]
    [InlineData("sum(order.amount) > 12.5 GBP", "sum(order.amount) > 12.50 GBP")]
    [InlineData("\"city\" = 'x'", "city = 'x'")]
    [InlineData("not(in segment churned)", "not in segment churned")]
    public void Other_ways_to_write_it_become_canonical(string text, string canonical) =>
        Assert.Equal(canonical, RuleText.Print(RuleText.Parse(text).Value));

    [Theory]
    [InlineData("", 1, 1, "count(")]
    [InlineData("count(order", 1, 12, ")")]
    [InlineData("count(order) >=", 1, 16, "a number")]
    [InlineData("count(order) => 3", 1, 14, ">=")]
    [InlineData("count(order) >= 3 and", 1, 22, "count(")]
    [InlineData("count(order) >= 3\nand city", 2, 9, "=")]
    [InlineData("count(order) >= 3\r\nAND vip = true", 2, 1, "and")]
    [InlineData("city = 'Paris", 1, 8, "'")]
    [InlineData("city = \"Paris\"", 1, 8, "a text in single quotes")]
    [InlineData("city <> 'Paris'", 1, 6, "!=")]
    [InlineData("vip && points", 1, 5, "and")]
    [InlineData("age_of_last(order) < 30days", 1, 22, "30d")]
    [InlineData("age_of_last(order within 3d) < 30d", 1, 19, ")")]
    [InlineData("age_of_last(order.amount) < 30d", 1, 18, "where")]
    [InlineData("count(order between 60d and 30d ago) = 0", 1, 13, "between 30d and 60d ago")]
    [InlineData("count(order within 0d) = 0", 1, 20, "1d to 36500d")]
    [InlineData("count(order since 2026-02-30) = 0", 1, 19, "a date such as 2026-11-21")]
    [InlineData("count(order in next week) = 0", 1, 16, "last")]
    [InlineData("count(order in this fortnight) = 0", 1, 21, "day")]
    [InlineData("score X > 3", 1, 7, "R")]
    [InlineData("score R > 'x'", 1, 11, "a whole number")]
    [InlineData("city is empty", 1, 9, "null")]
    [InlineData("city in 'x'", 1, 9, "(")]
    [InlineData("consent marketing", 1, 9, "(")]
    [InlineData("in churned", 1, 4, "segment")]
    [InlineData("vip = true)", 1, 11, "and")]
    [InlineData("points > 1 + 2", 1, 12, "")]
    [InlineData("points > 1234567890123456", 1, 10, "a number")]
    [InlineData("points > 1 city", 1, 12, "and")]
    [InlineData("within = 3", 1, 1, "count(")]
    public void A_fault_has_its_place_and_what_is_expected_there(string text, int line, int column, string expected)
    {
        var fault = Assert.IsType<RuleError>(Assert.Single(RuleText.Parse(text, "input.rule.expression").Problems));

        Assert.Equal((UserErrorCode.RuleSyntax, line, column), (fault.Code, fault.Line, fault.Column));
        Assert.Equal(["input", "rule", "expression"], fault.Field!);
        if (expected.Length > 0)
        {
            Assert.Contains(expected, fault.Expected);
        }
    }

    [Theory]
    [InlineData("count(ordr) > 0", 1, 7, "order")]
    [InlineData("count(vist within 3d) > 0", 1, 7, "visit")]
    [InlineData("count(order where amunt > 5 GBP) > 0", 1, 19, "amount")]
    [InlineData("sum(order) > 5 GBP", 1, 1, "sum(order.amount)")]
    [InlineData("sum(order.kind) > 5 GBP", 1, 11, "amount")]
    [InlineData("avg(visit.channel) > 5", 1, 11, "satisfaction")]
    [InlineData("sum(order.amount) > 5", 1, 21, "an amount such as 12.00 GBP")]
    [InlineData("sum(order.amount) > 5 EUR", 1, 21, "5 GBP")]
    [InlineData("sum(order.amount) > 5.001 GBP", 1, 21, "an amount such as 12.00 GBP")]
    [InlineData("count(order) > 5.00 GBP", 1, 16, "a number")]
    [InlineData("count(visit where channel = 'wab') > 1", 1, 29, "'web'")]
    [InlineData("count(visit where channel < 'web') > 1", 1, 27, "=")]
    [InlineData("age_of_last(order) < 30", 1, 22, "a duration such as 30d")]
    [InlineData("citi = 'Paris'", 1, 1, "city")]
    [InlineData("city > 'Paris'", 1, 6, "=")]
    [InlineData("points = 'one'", 1, 10, "a number")]
    [InlineData("vip = 1", 1, 7, "true or false")]
    [InlineData("joined > 'x'", 1, 10, "a date such as 2026-11-21")]
    [InlineData("tier in ('gold', 'slver')", 1, 18, "'silver'")]
    [InlineData("tags = 'z'", 1, 8, "'x'")]
    [InlineData("lifecycle = 'chruned'", 1, 13, "'churned'")]
    [InlineData("lifecycle < 'churned'", 1, 11, "=")]
    [InlineData("score R > 6", 1, 11, "1 to 5")]
    [InlineData("vip = true and\n  in segment churnd", 2, 14, "churned")]
    [InlineData("consent(marketting)", 1, 9, "marketing")]
    [InlineData("consent(news, fax)", 1, 15, "web")]
    public void An_unknown_name_or_wrong_type_has_its_place_and_the_nearest_known(
        string text, int line, int column, string expected)
    {
        var answer = new RuleCompiler(RuleWorld.Vocabulary()).Compile(text);

        var fault = Assert.IsType<RuleError>(Assert.Single(answer.Problems));
        Assert.Equal((line, column), (fault.Line, fault.Column));
        Assert.Contains(expected, fault.Expected);
    }

    [Fact]
    public void All_unknown_names_are_said_at_once()
    {
        var answer = new RuleCompiler(RuleWorld.Vocabulary()).Compile("citi = 'x' or count(ordr) > 1 and poins > 'x'");

        Assert.Equal([1, 21, 35], answer.Problems.Cast<RuleError>().Select(fault => fault.Column!.Value));
    }

    [Fact]
    public void A_fault_in_a_typed_tree_has_the_path_of_its_field()
    {
        var tree = new RuleInput
        {
            All =
            [
                new RuleInput { InSegment = "churned" },
                new RuleInput
                {
                    No = new AbsenceRuleInput { Event = "order", Within = "3 weeks" },
                },
            ],
        };

        var fault = Assert.Single(RuleTree.Read(new SegmentRuleInput { Tree = tree }, "input.rule").Problems);

        Assert.Equal("input.rule.tree.all.1.no.within", fault.At);
        Assert.Null(((RuleError)fault).Line);
    }

    [Fact]
    public void A_wrong_name_in_a_typed_tree_has_the_path_of_its_field()
    {
        var input = new SegmentRuleInput { Tree = new RuleInput { Not = new RuleInput { InSegment = "churnd" } } };

        var fault = Assert.Single(new RuleCompiler(RuleWorld.Vocabulary()).Compile(input, "input.rule").Problems);

        Assert.Equal("input.rule.tree.not.inSegment", fault.At);
    }

    [Fact]
    public void Rules_are_bounded_in_size_depth_and_clauses()
    {
        Assert.True(RuleText.Parse(Joined(64)).Succeeded);
        AssertTooMuch(RuleText.Parse(Joined(65)));
        Assert.True(RuleText.Parse(Nots(19) + "vip = true").Succeeded);
        AssertTooMuch(RuleText.Parse(Nots(20) + "vip = true"));
        Assert.True(RuleText.Parse($"{new string('(', 20)}vip = true{new string(')', 20)}").Succeeded);
        Assert.False(RuleText.Parse($"{new string('(', 21)}vip = true{new string(')', 21)}").Succeeded);
        Assert.False(RuleText.Parse(new string('(', 3_999)).Succeeded);
        Assert.True(RuleText.Parse($"city = '{new string('x', 3_991)}'").Succeeded);
        AssertTooMuch(RuleText.Parse($"city = '{new string('x', 3_992)}'"));
    }

    [Fact]
    public void Typed_trees_have_the_same_bounds()
    {
        var clause = new RuleInput { InSegment = "churned" };
        RuleInput Nested(int levels) => levels == 0 ? clause : new RuleInput { Not = Nested(levels - 1) };

        Assert.True(RuleTree.Read(Nested(19), "rule").Succeeded);
        AssertTooMuch(RuleTree.Read(Nested(20), "rule"));
        Assert.False(RuleTree.Read(Nested(5_000), "rule").Succeeded);
        AssertTooMuch(RuleTree.Read(new RuleInput { Any = [.. Enumerable.Repeat(clause, 65)] }, "rule"));
        var text = new RuleValueInput { Text = new string('x', 2_000) };
        var test = new AttributeTestInput { In = [text, text] };
        var attribute = new AttributeRuleInput { Key = "city", Test = test };
        AssertTooMuch(RuleTree.Read(new RuleInput { Attribute = attribute }, "rule"));
    }

    private static string Joined(int count) => string.Join(" and ", Enumerable.Repeat("vip = true", count));

    private static string Nots(int count) => string.Concat(Enumerable.Repeat("not ", count));

    private static void AssertTooMuch(Outcome<RuleNode> answer) =>
        Assert.Equal(UserErrorCode.RuleTooExpensive, Assert.Single(answer.Problems).Code);
}
