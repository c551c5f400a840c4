using CrmCloud.Core.Audit;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments;
using CrmCloud.Store;

namespace CrmCloud.Core.Demo;

/// <summary>Groups of customers whom the shop would look after, each by another kind of rule.</summary>
public static class DemoSegments
{
    private static readonly Actor Maker = new(ActorKind.SystemJob, null, "demo");

    private static readonly Draft[] Drafts =
    [
        new("lapsing-big-spenders", "Lapsing big spenders", SegmentBasis.Value, DemoConsents.Marketing,
            "Spent 300 GBP or more, nothing for 60 days, and may be written to: the first to win back.",
            "monetary >= 300.00 GBP and age_of_last(order) > 60d and consent(marketing, email)"),
        new("second-order-due", "Second order due", SegmentBasis.RelationshipGoal, DemoConsents.Marketing,
            "Ordered once, one to three months ago.",
            "frequency = 1 and age_of_last(order) between 30d and 90d"),
        new("unhappy", "Unhappy and worth a call", SegmentBasis.Need, null,
            "Rated us 2 or worse last, and is one of those who matter.",
            "satisfaction <= 2 and (frequency >= 3 or in segment lapsing-big-spenders)"),
    ];

    public static IReadOnlyList<SegmentDefinition> Of(DemoPlan plan) =>
        [.. Drafts.Select((draft, number) => Make(draft, number + 1, plan))];

    public static IEnumerable<Claim> Claims(DemoPlan plan) =>
        Of(plan).Select(segment => SegmentDefinition.ClaimOn(segment.SegmentKey, segment.SegmentId));

    private static SegmentDefinition Make(Draft draft, int number, DemoPlan plan) => new()
    {
        SegmentId = $"de{number:D30}",
        SegmentKey = draft.Key,
        Name = draft.Name,
        Description = draft.Description,
        Kind = SegmentKind.Dynamic,
        Basis = draft.Basis,
        Purpose = draft.Purpose,
        RuleText = draft.Rule,
        StoredRevisions = [new(1, draft.Rule, plan.Now, Maker)],
        CreatedAt = plan.Now,
        UpdatedAt = plan.Now,
    };

    private sealed record Draft(
        string Key, string Name, SegmentBasis Basis, string? Purpose, string Description, string Rule);
}
