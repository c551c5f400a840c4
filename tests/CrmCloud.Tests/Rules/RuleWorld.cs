using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;

namespace CrmCloud.Tests.Rules;

/// <summary>What the rule tests have in common: a vocabulary with something of every kind.</summary>
internal static class RuleWorld
{
    public static readonly string[] Interactions = ["visit", "call", "support.mail"];
    public static readonly string[] Segments = ["churned", "b-2"];
    public static readonly string[] Purposes = ["marketing", "news"];
    public static readonly string[] Tiers = ["gold", "silver"];
    public static readonly string[] Tags = ["x", "y", "it's"];

    public static RuleVocabulary Vocabulary(CalendarSettings? settings = null, string currency = "GBP") =>
        new(PeriodCalendar.Of(settings ?? new CalendarSettings("Europe/London")), Currency.Parse(currency))
        {
            Attributes =
            [
                Attribute("city", AttributeType.String), Attribute("points", AttributeType.Number),
                Attribute("vip", AttributeType.Boolean), Attribute("joined", AttributeType.Date),
                Attribute("tier", AttributeType.Enum, Tiers), Attribute("tags", AttributeType.List, Tags),
                Attribute("recency", AttributeType.Number),
            ],
            InteractionTypes = Interactions,
            Purposes = Purposes,
            Segments = Segments,
        };

    public static RuleFacts Facts(params Fact[] facts)
    {
        var history = new CustomerHistory();
        foreach (var fact in facts)
        {
            history.Replace(fact);
        }

        var loaded = new RuleFacts();
        loaded.Load(history.Encode());
        return loaded;
    }

    public static Fact Order(long id, string at, long minor = 1_000) =>
        new(id, 1, FactKind.Purchase, Ms(at)) { Amount = minor };

    public static long Ms(string at) => Instant(at).ToUnixTimeMilliseconds();

    public static DateTimeOffset Instant(string at) =>
        DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);

    private static AttributeDefinition Attribute(string key, AttributeType type, string[]? allowed = null) => new()
    {
        AttributeKey = key, Label = key, Type = type, Allowed = allowed, MergePolicy = MergePolicy.MostRecent,
    };
}
