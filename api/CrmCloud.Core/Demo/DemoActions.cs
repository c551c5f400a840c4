using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Personalization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Demo;

/// <summary>What the invented shop offers to whom.</summary>
internal static class DemoActions
{
    /// <summary>An offer by e-mail to who stays away, and a page for who comes again.</summary>
    public static IEnumerable<ActionDefinition> Of(DemoPlan plan)
    {
        yield return Make(plan, "come-back", "Free tasting set with the next order", DemoConsents.Marketing) with
        {
            Channels = [Channel.Email],
            AudienceText = "recency > 60",
            ValueMinor = 1_800,
            CostMinor = 4,
            Cap = new(2, TimeSpan.FromDays(30)),
            Control = 10,
        };
        yield return Make(plan, "brew-guide", "A brewing guide for what you like", DemoConsents.Personalization) with
        {
            Kind = ActionKind.Content,
            Channels = [Channel.Web],
            AudienceText = "frequency >= 2",
            ValueMinor = 300,
        };
    }

    /// <summary>Their unique keys, as the mutation takes them.</summary>
    public static IEnumerable<Claim> Claims(DemoPlan plan) =>
        Of(plan).Select(action => ActionDefinition.ClaimOn(action.ActionKey, action.ActionId));

    private static ActionDefinition Make(DemoPlan plan, string key, string title, string purpose) => new()
    {
        ActionId = KeyHash.Of("demo-action", key),
        ActionKey = key,
        Name = title,
        Kind = ActionKind.Offer,
        Channels = [],
        Purpose = purpose,
        Content = [new("en", title, $"{title}.", null)],
        Currency = DemoPlan.Currency,
        Status = DefinitionStatus.Active,
        CreatedAt = plan.Now,
        UpdatedAt = plan.Now,
    };
}
