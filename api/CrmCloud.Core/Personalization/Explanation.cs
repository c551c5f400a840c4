using System.Globalization;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Personalization;

/// <summary>Why an action was chosen, in words, from the decision alone.</summary>
internal static class Explanation
{
    public static IEnumerable<RecommendationReason> Of(DecidedRecommendation decided, ActionDefinition action)
    {
        var (own, model) = (decided.Own, decided.Model.Actions[decided.Token.Index]);
        if (action.AudienceText is { } audience)
        {
            yield return new(ReasonKind.Segment, $"The customer is in the action's audience: {audience}", 0);
        }

        yield return new(
            ReasonKind.Consent, $"{action.Purpose} on {Problem.PublicName(decided.Token.Channel)} is permitted.", 0);
        yield return new(
            ReasonKind.Value,
            $"An acceptance counts {Amount(model.Value, action)}, showing it costs {Amount(model.Cost, action)}.",
            Rounded(model.Value - model.Cost));
        yield return Learning(own, model, decided.Token.Group);
        var best = decided.Decision.Candidates.Max(candidate => candidate.Score);
        if (own.Score < best)
        {
            yield return new(
                ReasonKind.Exploration,
                $"Drawn with a chance of {Percent(own.Propensity!.Value)} to learn more; "
                + "another one scores higher so far.",
                Rounded(own.Propensity!.Value * 100));
        }
    }

    public static decimal Rounded(double value) => Math.Round((decimal)value, 6);

    private static RecommendationReason Learning(WeighedCandidate own, ModelAction model, Enum group)
    {
        var cell = model.Cells.GetValueOrDefault((Kpis.RfmGroup)group, default(Evidence));
        var rate = own.Belief!.Value.Mean;
        return new(
            ReasonKind.Learning,
            Math.Round(model.Overall.Shown) == 0
                ? $"No experience yet; assumed {Percent(rate)}."
                : $"About {Percent(rate)} of such customers accept it; "
                    + $"recently {Counted(cell)} in {Problem.PublicName(group)}, {Counted(model.Overall)} in all.",
            Rounded(rate * 100));
    }

    private static string Amount(double major, ActionDefinition action)
    {
        var decimals = Currency.Parse(action.Currency).Decimals;
        return $"{major.ToString($"F{decimals}", CultureInfo.InvariantCulture)} {action.Currency}";
    }

    // Old evidence counts less and less, so what counts is no whole number; people count in whole ones.
    private static string Counted(Evidence evidence) =>
        string.Create(CultureInfo.InvariantCulture, $"{evidence.Accepted:0} of {evidence.Shown:0}");

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
