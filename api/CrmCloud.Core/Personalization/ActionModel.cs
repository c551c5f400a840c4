using System.Globalization;
using System.Text.Json.Serialization;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

/// <summary>
/// What decisions of one epoch rest on: what actions are worth, and how they were received so far. Never changed, so
/// that a recommendation's id can be read as long as outcomes are taken.
/// </summary>
public sealed record ActionModel : IDocument
{
    public const string Kind = "actionmodel";

    /// <summary>Longer than outcomes of its decisions are taken: see <see cref="RecommendationToken"/>.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromDays(90);

    /// <summary>From 1.</summary>
    public required int Epoch { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Local day up to which it is meant to serve.</summary>
    public required int Day { get; init; }

    /// <summary>Names what actions it knows, and at which revision.</summary>
    public required string Stamp { get; init; }

    /// <summary>Of all actions together, retired ones included.</summary>
    public required Evidence All { get; init; }

    /// <summary>Those that were active, by id.</summary>
    public required IReadOnlyList<ModelAction> Actions { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public TimeSpan? TimeToLive => Life;

    [JsonIgnore]
    public string Name => Epoch.ToString(CultureInfo.InvariantCulture);

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Epoch);

    public static DocumentKey KeyOf(int epoch) =>
        new(Container.Figures, "", string.Create(CultureInfo.InvariantCulture, $"{Kind}/{epoch:d9}"));

    /// <summary>The newest; null before the first.</summary>
    public static async Task<ActionModel?> LatestAsync(ITenantStore store, CancellationToken stop)
    {
        var query = new Query(Container.Figures, "", Kind) { Descending = true, Take = 1 };
        return (await store.QueryAsync<ActionModel>(query, stop)).Items is [var latest, ..] ? latest : null;
    }
}

/// <param name="Value">Of an acceptance, with the priority in it; major units.</param>
/// <param name="Cost">Of showing it, major units.</param>
/// <param name="Overall">In all groups.</param>
/// <param name="Cells">By RFM group; groups without evidence are left out.</param>
public sealed record ModelAction(
    string ActionId, double Value, double Cost, Evidence Overall, IReadOnlyDictionary<RfmGroup, Evidence> Cells);
