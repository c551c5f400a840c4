namespace CrmCloud.Core.Personalization.Deciding;

/// <summary>How decisions are made. The defaults are those of the design, "Personalization".</summary>
/// <param name="Salt">
/// The tenant's secret: who is held out, and who draws what, cannot be guessed from outside or chosen by an id.
/// </param>
public sealed record DecidingSettings(string Salt)
{
    /// <summary>What the tenant-wide prior is worth, 1 to 1,000 impressions. Default 30.</summary>
    public double PriorImpressions { get; init; } = 30;

    /// <summary>Share of decisions spread evenly over all candidates, 0.001 to 1. Default 0.02.</summary>
    public double Floor { get; init; } = 0.02;

    /// <summary>After so many days evidence weighs half, 1 to 10,000. Default 75.</summary>
    public double HalfLifeDays { get; init; } = 75;
}

/// <summary>An action that might be shown, as the caller found it.</summary>
/// <param name="Removed">Why it may not be shown to this customer now; null for a candidate.</param>
/// <param name="Cell">Evidence of the action in the customer's segment.</param>
/// <param name="Overall">Evidence of the action in all segments, the cell included.</param>
/// <param name="Value">Of an acceptance, above 0, in the unit of the cost.</param>
/// <param name="Cost">Of showing it.</param>
public sealed record Candidate(
    string Action, string? Removed, Evidence Cell, Evidence Overall, double Value = 1, double Cost = 0);

/// <param name="ModelVersion">Names the evidence: equal versions, equal evidence.</param>
/// <param name="Day">Days since 1970-01-01 of the tenant's zone.</param>
public sealed record DecisionSubject(string Customer, string Segment, string ModelVersion, int Day);

/// <summary>What was considered of an action. Belief and propensity are null where it was removed.</summary>
/// <param name="Parts">Propensity of the first place in parts per million.</param>
public sealed record WeighedCandidate(
    string Action, string? Removed, Belief? Belief, double Value, double Cost, int? Parts)
{
    /// <summary>Believed rate x value - cost; null where it was removed.</summary>
    public double? Score => Belief is { } belief ? new ScoredBelief(belief, Value, Cost).Score : null;

    /// <summary>Probability of the first place, above 0; null where it was removed.</summary>
    public double? Propensity => (double?)Parts / Propensities.Parts;
}

/// <summary>A decision with all that made it: enough to explain, to evaluate and to replay it.</summary>
/// <param name="Seed">Of <see cref="Chance"/>, its 64 bits in hexadecimal.</param>
/// <param name="Floor">Of the settings in force.</param>
/// <param name="Places">How many actions were asked for.</param>
/// <param name="HeldOut">
/// He belongs to the control group: <paramref name="Chosen"/> is what he would have been shown; he is shown nothing.
/// </param>
/// <param name="Chosen">Best place first; fewer than asked for where candidates were fewer.</param>
public sealed record Decision(
    string Id, DecisionSubject Subject, string Seed, double Floor, int Places, bool HeldOut,
    IReadOnlyList<WeighedCandidate> Candidates, IReadOnlyList<string> Chosen);
