using System.Globalization;

namespace CrmCloud.Core.Personalization.Deciding;

/// <summary>
/// Chooses what to show: Beta-Bernoulli Thompson sampling per segment and action. Pure; safe for threads.
/// </summary>
public sealed class Decider(DecidingSettings settings)
{
    public DecidingSettings Settings => settings;

    /// <summary>
    /// Beliefs and propensities of candidates. They depend on the evidence alone, so customers of one segment with the
    /// same candidates may share them for a model version: this is the expensive half of a decision.
    /// </summary>
    /// <param name="all">Evidence of all actions of the tenant together.</param>
    /// <param name="day">Evidence is aged to it.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A value is not above 0, or there are over 100 candidates.
    /// </exception>
    public IReadOnlyList<WeighedCandidate> Weigh(IReadOnlyList<Candidate> candidates, Evidence all, int day) =>
        Weigh([.. candidates.Select(one => one with
            {
                Cell = one.Cell.On(day, settings.HalfLifeDays),
                Overall = one.Overall.On(day, settings.HalfLifeDays),
            })
            .Select(one => new WeighedCandidate(
                one.Action, one.Removed, one.Removed is null ? BeliefOf(one, all, day) : null, Positive(one.Value),
                one.Cost, null))], settings.Floor);

    /// <summary>Draws from weighed candidates: the same for the same customer, model version and day.</summary>
    /// <param name="id">Of the decision; outcomes name it.</param>
    /// <param name="places">How many actions at most, 1 or more.</param>
    /// <param name="heldOut">Of <see cref="Holdout"/>.</param>
    public Decision Draw(
        string id, DecisionSubject subject, IReadOnlyList<WeighedCandidate> candidates, int places, bool heldOut)
    {
        var seed = Chance.SeedOf(
            settings.Salt, "draw", subject.Customer, subject.ModelVersion,
            subject.Day.ToString(CultureInfo.InvariantCulture));
        return new(
            id, subject, seed.ToString("x16", CultureInfo.InvariantCulture), settings.Floor, places, heldOut,
            candidates, Choose(candidates, seed, places));
    }

    /// <summary>
    /// Makes a logged decision again from nothing but its log. Equal to the log unless one was tampered with.
    /// </summary>
    public static Decision Replay(Decision log)
    {
        var weighed = Weigh(log.Candidates, log.Floor);
        var seed = ulong.Parse(log.Seed, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return log with { Candidates = weighed, Chosen = Choose(weighed, seed, log.Places) };
    }

    private Belief BeliefOf(Candidate candidate, Evidence all, int day) => Belief.Of(
        candidate.Cell, candidate.Overall, all.On(day, settings.HalfLifeDays), settings.PriorImpressions);

    private static IReadOnlyList<WeighedCandidate> Weigh(IReadOnlyList<WeighedCandidate> candidates, double floor)
    {
        var open = candidates.Where(one => one.Belief is not null).ToList();
        if (open.Count == 0)
        {
            return candidates;
        }

        var parts = Propensities.Of(
            [.. open.Select(one => new ScoredBelief(one.Belief!.Value, one.Value, one.Cost))], floor);
        var next = 0;
        return [.. candidates.Select(one => one.Belief is null ? one : one with { Parts = parts[next++] })];
    }

    // Places after the first are drawn from who is left, by the same propensities.
    private static IReadOnlyList<string> Choose(IReadOnlyList<WeighedCandidate> candidates, ulong seed, int places)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(places, 1);
        var chance = new Chance(seed);
        var left = candidates.Where(one => one.Parts is not null).ToList();
        var chosen = new List<string>();
        while (left.Count > 0 && chosen.Count < places)
        {
            var place = chance.Below(left.Sum(one => one.Parts!.Value));
            var index = 0;
            for (; place >= left[index].Parts!.Value; index++)
            {
                place -= left[index].Parts!.Value;
            }

            chosen.Add(left[index].Action);
            left.RemoveAt(index);
        }

        return chosen;
    }

    private static double Positive(double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        return value;
    }
}
