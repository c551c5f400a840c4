namespace CrmCloud.Core.Personalization.Deciding;

/// <summary>A decision whose outcome is known, and what another policy would have done.</summary>
/// <param name="Propensity">With which the logged action was chosen, above 0.</param>
/// <param name="PolicyChance">With which the policy under evaluation chooses the logged action, 0 to 1.</param>
/// <param name="Reward">What came of it: 1 or 0, or an amount.</param>
public readonly record struct LoggedOutcome(double Propensity, double PolicyChance, double Reward);

/// <summary>What another policy would have earned per decision, from decisions that were made otherwise.</summary>
/// <param name="Ips">Inverse propensity score: unbiased, but swings with the weights.</param>
/// <param name="Snips">Self-normalized: slightly biased, much calmer; the one to read. Null without any weight.</param>
/// <param name="StandardError">Of <paramref name="Snips"/>, by the delta method.</param>
/// <param name="EffectiveDecisions">So many decisions of the policy's own would tell as much.</param>
public sealed record OffPolicy(
    int Decisions, double Ips, double? Snips, double? StandardError, double EffectiveDecisions)
{
    /// <remarks>Swaminathan and Joachims, "The Self-Normalized Estimator for Counterfactual Learning" (2015).</remarks>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A propensity is not above 0: it could not have been chosen.
    /// </exception>
    public static OffPolicy Evaluate(IReadOnlyCollection<LoggedOutcome> outcomes)
    {
        var (weights, squares, earned) = (0.0, 0.0, 0.0);
        foreach (var outcome in outcomes)
        {
            var weight = WeightOf(outcome);
            weights += weight;
            squares += weight * weight;
            earned += weight * outcome.Reward;
        }

        if (weights <= 0)
        {
            return new(outcomes.Count, 0, null, null, 0);
        }

        var snips = earned / weights;
        var error = outcomes.Sum(outcome => Math.Pow(WeightOf(outcome) * (outcome.Reward - snips), 2));
        return new(
            outcomes.Count, earned / outcomes.Count, snips, Math.Sqrt(error) / weights, weights * weights / squares);
    }

    private static double WeightOf(LoggedOutcome outcome)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outcome.Propensity, nameof(outcome));
        return outcome.PolicyChance / outcome.Propensity;
    }
}
