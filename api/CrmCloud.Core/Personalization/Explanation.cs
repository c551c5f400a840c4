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
            yield return new(ReasonKind.Segment, $"He is of its audience: {audience}", 0);
        }

        yield return new(
            ReasonKind.Consent, $"He permits {action.Purpose} on {Problem.PublicName(decided.Token.Channel)}.", 0);
        yield return new(
            ReasonKind.Value,
            $"An acceptance counts {Number(model.Value)} {action.Currency}, showing it costs {Number(model.Cost)}.",
            Rounded(model.Value - model.Cost));
        yield return Learning(own, model, decided.Token.Group);
        var best = decided.Decision.Candidates.Max(candidate => candidate.Score);
        if (own.Score < best)
        {
            yield return new(
                ReasonKind.Exploration,
                $"Drawn with a chance of {Percent(own.Propensity!.Value)} to learn more; another one scores higher so far.",
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
            $"About {Percent(rate)} like him accept it; recently {Number(cell.Accepted)} of {Number(cell.Shown)} in "
            + $"{Problem.PublicName(group)}, {Number(model.Overall.Accepted)} of {Number(model.Overall.Shown)} of everybody.",
            Rounded(rate * 100));
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
