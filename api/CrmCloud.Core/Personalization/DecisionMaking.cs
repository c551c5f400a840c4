using CrmCloud.Core.Kpis;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Personalization;

/// <summary>The decision that a token stands for: from its model and the tenant's secret, and nothing else.</summary>
internal static class DecisionMaking
{
    /// <summary>Places that are drawn; how many are asked for only says how many are shown.</summary>
    public const int MostPlaces = 20;

    public static string SaltOf(Caller caller) => caller.Cursors.SecretFor("personalization");

    public static Decision Make(Caller caller, ActionModel model, RecommendationToken token)
    {
        var decider = new Decider(new DecidingSettings(SaltOf(caller)));
        var candidates = model.Actions.Zip(token.Marks, (action, mark) => new Candidate(
            action.ActionId, RemovedBy(mark),
            action.Cells.GetValueOrDefault(token.Group, new Evidence(0, 0, model.Day)),
            action.Overall, action.Value, action.Cost)).ToList();
        var subject = new DecisionSubject(token.CustomerId, Problem.PublicName(token.Group), model.Name, token.Day);
        return decider.Draw(
            token.DecisionId, subject, decider.Weigh(candidates, model.All, token.Day), MostPlaces, token.IsHeldOut);
    }

    public static ActionMark MarkOf(SuppressionReason reason) => ActionMark.Suppressed + (int)reason;

    // Who is held out is drawn like everybody, so that the control group is who would have been shown it.
    private static string? RemovedBy(ActionMark mark) => mark switch
    {
        ActionMark.Candidate or ActionMark.HeldOut => null,
        ActionMark.Inactive => "INACTIVE",
        _ => Problem.PublicName((SuppressionReason)(mark - ActionMark.Suppressed)),
    };
}

/// <summary>A token with everything it stands for.</summary>
internal sealed record DecidedRecommendation(RecommendationToken Token, ActionModel Model, Decision Decision)
{
    public string ActionId => Model.Actions[Token.Index].ActionId;

    /// <summary>Null for a token that is not ours, or whose model or customer is gone.</summary>
    public static async Task<DecidedRecommendation?> OfAsync(
        Caller caller, RecommendationToken? token, CancellationToken stop)
    {
        if (token is null
            || await caller.Store.FindAsync<ActionModel>(ActionModel.KeyOf(token.Epoch), stop) is not { } model
            || model.Actions.Count != token.Marks.Count || token.Index >= token.Marks.Count
            || await Customers.CustomerLookup.ByLocalIdAsync(caller.Store, token.CustomerId, stop) is null)
        {
            return null;
        }

        return new(token, model, DecisionMaking.Make(caller, model, token));
    }

    /// <summary>The recommendations of a decision in the order of the draw, and who of them is held out.</summary>
    public static IEnumerable<DecidedRecommendation> All(
        ActionModel model, RecommendationToken token, Decision decision)
    {
        var index = model.Actions.Select((action, i) => (action.ActionId, i)).ToDictionary(a => a.ActionId, a => a.i);
        foreach (var actionId in decision.Chosen)
        {
            var own = token with { Index = index[actionId] };
            yield return new(own, model, decision with { HeldOut = own.IsHeldOut });
        }
    }

    /// <summary>As clients see it.</summary>
    public Recommendation Show(Caller caller, ActionDefinition action)
    {
        var localId = Token.LocalId(caller.Cursors);
        return new()
        {
            LocalId = localId,
            CustomerId = Token.CustomerId,
            ActionId = ActionId,
            RecordId = RecordIdOf(localId),
            Score = Explanation.Rounded(Own.Score!.Value),
            Rank = RankOf(ActionId),
            Channel = Token.Channel,
            ValidUntil = ValidUntil(caller.Tenant, action),
            Reasons = [.. Explanation.Of(this, action)],
            HeldOut = Token.IsHeldOut,
        };
    }

    public static string RecordIdOf(string localId) => Pipeline.KeyHash.Of(localId);

    public WeighedCandidate Own => Decision.Candidates[Token.Index];

    // Who is held out takes no place.
    private int RankOf(string actionId)
    {
        var heldOut = Model.Actions
            .Where((_, i) => Token.Marks[i] == ActionMark.HeldOut).Select(a => a.ActionId).ToHashSet();
        return 1 + Decision.Chosen.TakeWhile(id => id != actionId).Count(id => !heldOut.Contains(id));
    }

    private DateTimeOffset ValidUntil(Tenant tenant, ActionDefinition action)
    {
        var calendar = TenantDefinitions.CalendarOf(tenant);
        var day = action.Window is { } window ? Math.Min(Token.Day + 1, calendar.DayOf(window.To)) : Token.Day + 1;
        return DateTimeOffset.FromUnixTimeMilliseconds(calendar.StartOfDay(day));
    }
}
