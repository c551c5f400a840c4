using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Segments;

/// <summary>A rule that holds for nobody is said to be one, and a wrong one names what would be right.</summary>
public sealed class RuleDoubtTests : IAsyncLifetime
{
    private TestCloud _cloud = null!;
    private TestKey _key = null!;

    public async Task InitializeAsync()
    {
        _cloud = await TestCloud.StartAsync();
        _key = await _cloud.TenantAsync("shop");
        await _key.DoAsync("customerCreate", "CustomerInput",
            new { externalIds = new[] { new { source = "s", id = "1" } } }, "customer { id }");
        var customer = new { externalId = new { source = "s", id = "1" } };
        await _key.DoAsync("interactionRecord", "InteractionInput", new
        {
            customer, channel = "WEB", direction = "INBOUND", type = "visit", occurredAt = _cloud.Clock.Now,
        }, "interaction { id }");
        await _key.DoAsync("consentRecord", "ConsentRecordInput", new
        {
            customer, purpose = "marketing", channel = "EMAIL", status = "GRANTED", source = "form",
        }, "consent { id }");
        await _key.DoAsync("attributeDefinitionSet", "AttributeDefinitionInput",
            new
            {
                key = "loyalty_tier", label = "Tier", type = "ENUM", mergePolicy = "MOST_RECENT",
                allowed = new[] { "gold", "silver" },
            },
            "attributeDefinition { id }");
        await _key.WorkAsync();
    }

    public async Task DisposeAsync() => await _cloud.DisposeAsync();

    [Theory]
    [InlineData("count(vist) > 2", "EVENT_MISSPELT", "'visit'")]
    [InlineData("count(download) > 2", "EVENT_UNKNOWN", "'visit'")]
    [InlineData("consent(marketng, email)", "PURPOSE_UNKNOWN", "'marketing'")]
    [InlineData("count(order) between 5 and 2", "NEVER_HOLDS", "5")]
    [InlineData("recency < -1", "NEVER_HOLDS", "negative")]
    [InlineData("age_of_last(order) < 90d and age_of_last(order) > 90d", "NEVER_HOLDS", "age_of_last(order)")]
    [InlineData("count(order since 2030-01-01) > 0", "WINDOW_IN_FUTURE", "2030-01-01")]
    public async Task A_rule_that_is_likely_wrong_draws_a_warning(string rule, string code, string named)
    {
        var warning = Assert.Single((await PreviewAsync(rule))["warnings"]!.AsArray())!;

        Assert.Equal(code, warning["code"]!.GetValue<string>());
        Assert.Contains(named, warning["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("count(visit) > 2 and consent(marketing, email)")]
    [InlineData("count(order) between 2 and 5 and recency < 10 and recency > 3")]
    [InlineData("age_of_last(order) > 30d and age_of_last(order) < 90d")]
    [InlineData("count(order since 2020-01-01) = 0 or not recency < -1")]
    public async Task A_rule_that_may_hold_draws_none(string rule) =>
        Assert.Empty((await PreviewAsync(rule))["warnings"]!.AsArray());

    [Theory]
    [InlineData("lifecycle = chrned", 13, "'churned'")]
    [InlineData("loyalty_tier = gold", 16, "'gold'")]
    [InlineData("country = UK", 11, "'UK'")]
    [InlineData("loyalty_tier > 'gold'", 14, "=")]
    [InlineData("loyalty_tier = 'glod'", 16, "'gold'")]
    [InlineData("score R >= 6", 12, "1 to 5")]
    public async Task A_fault_stands_where_it_is_and_lists_what_would_be_right(string rule, int column, string expected)
    {
        var error = Assert.Single((await PreviewAsync(rule))["errors"]!.AsArray())!;

        Assert.Equal(column, error["column"]!.GetValue<int>());
        Assert.Contains(expected, error["expected"]!.AsArray().Select(one => one!.GetValue<string>()));
    }

    [Fact]
    public async Task A_word_where_a_text_belongs_is_told_to_need_quotes()
    {
        var error = (await PreviewAsync("lifecycle = churned"))["errors"]![0]!;

        Assert.Contains("single quotes", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_vocabulary_names_types_of_interactions_and_purposes_that_there_are()
    {
        var vocabulary = (await _key.GetAsync("{ ruleVocabulary { interactionTypes purposes } }"))["ruleVocabulary"]!;

        Assert.Equal(["visit"], vocabulary["interactionTypes"]!.AsArray().Select(one => one!.GetValue<string>()));
        Assert.Equal(["marketing"], vocabulary["purposes"]!.AsArray().Select(one => one!.GetValue<string>()));
    }

    private async Task<JsonNode> PreviewAsync(string rule) => (await _key.GetAsync(
        "query($rule: SegmentRuleInput!) { segmentPreview(rule: $rule) { errors { message column expected } "
        + "warnings { code message } } }", new { rule = new { expression = rule } }))["segmentPreview"]!;
}
