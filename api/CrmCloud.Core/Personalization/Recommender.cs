using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Segments.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Personalization;

/// <summary>Best actions for one customer now. Reads, decides, writes nothing.</summary>
internal sealed class Recommender(Caller caller)
{
    private static readonly Refusal TooNew = new(
        SuppressionReason.NotEligible, "It was changed just now; the model takes it in within seconds.");

    public async Task<RecommendationSet> RecommendAsync(
        Customer customer, (Channel Channel, string? Placement) place, int first, CancellationToken stop)
    {
        var model = await ActionModel.LatestAsync(caller.Store, stop);
        var actions = await ActionCatalog.LoadAsync(caller.Store, stop);
        var active = actions.Where(action => action.Status == DefinitionStatus.Active).ToList();
        var eligibility = await EligibilityAsync(customer, active, stop);
        var found = eligibility.Ready.ToDictionary(
            ready => ready.Action.ActionId, ready => eligibility.Judge.Judge(ready, place.Channel));
        var known = model?.Actions.Select(action => action.ActionId).ToHashSet() ?? [];
        foreach (var action in active.Where(a => found[a.ActionId] is null && !known.Contains(a.ActionId)))
        {
            found[action.ActionId] = TooNew;
        }

        var token = new RecommendationToken(
            customer.CustomerId, model?.Epoch ?? 0, eligibility.Judge.Today, eligibility.Judge.Group, place.Channel,
            place.Placement,
            model is null ? [] : [.. model.Actions.Select(a => MarkOf(customer, active, found, a))], 0);
        var drawn = model is null || token.Marks.Count == 0
            ? []
            : DecidedRecommendation.All(model, token, DecisionMaking.Make(caller, model, token)).ToList();
        var freshness = await new FigureReader(caller.Store, caller.Tenant).FreshnessAsync(caller.Now, stop);
        return Answer(active, found, drawn, first, freshness);
    }

    private async Task<(Eligibility Judge, IReadOnlyList<ReadyAction> Ready)> EligibilityAsync(
        Customer customer, IReadOnlyList<ActionDefinition> active, CancellationToken stop)
    {
        var book = await SegmentRulebook.LoadAsync(caller, stop);
        var ready = active.Select(action => ReadyAction.Of(action, book.Compiler)).ToList();
        var who = await new CustomerSubjects(caller.Store, caller.Tenant, book.Catalog).OfAsync(
            customer.CustomerId, [.. ready.SelectMany(r => r.Rules)], stop);
        var facts = await EligibilityFacts.LoadAsync(caller, customer.CustomerId, active, stop);
        return (new(caller, who with { Subject = who.Subject with { Customer = customer } }, facts), ready);
    }

    private ActionMark MarkOf(
        Customer customer, List<ActionDefinition> active, Dictionary<string, Refusal?> found, ModelAction known)
    {
        if (active.Find(a => a.ActionId == known.ActionId) is not { } action)
        {
            return ActionMark.Inactive;
        }

        return found[known.ActionId] is { } refusal ? DecisionMaking.MarkOf(refusal.Reason)
            : IsHeldOut(customer, action) ? ActionMark.HeldOut
            : ActionMark.Candidate;
    }

    private bool IsHeldOut(Customer customer, ActionDefinition action) => Holdout.Contains(
        DecisionMaking.SaltOf(caller), action.ActionId, customer.CustomerId, (double)action.Control / 100);

    private RecommendationSet Answer(
        List<ActionDefinition> active, Dictionary<string, Refusal?> found, IReadOnlyList<DecidedRecommendation> drawn,
        int first, Freshness freshness)
    {
        var byId = active.ToDictionary(action => action.ActionId);
        var shown = drawn.Where(d => !d.Token.IsHeldOut).Take(first)
            .Select(d => d.Show(caller, byId[d.ActionId])).ToList();
        var heldOut = drawn.Where(d => d.Token.IsHeldOut).Select(d => d.Show(caller, byId[d.ActionId]))
            .ToDictionary(r => r.ActionId);
        var suppressed = active.Where(a => found[a.ActionId] is not null || heldOut.ContainsKey(a.ActionId))
            .Select(action => found[action.ActionId] is { } refusal
                ? new SuppressedAction(action, refusal.Reason, refusal.Text, null)
                : new SuppressedAction(
                    action, SuppressionReason.HeldOut,
                    $"The customer is in its control group: {action.Control:0.##} % are never shown it.",
                    heldOut[action.ActionId] is { } own && own.Rank <= first ? own : null));
        return new(shown, [.. suppressed], freshness);
    }
}
