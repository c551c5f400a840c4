using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Predictive;

/// <summary>How this tenant's customers buy and spend, as of one fit. The newest replaces the one before.</summary>
public sealed record ValueModel : IDocument
{
    public required DateTimeOffset FittedAt { get; init; }

    /// <summary>Customers with a qualifying order.</summary>
    public required int Customers { get; init; }

    /// <summary>Of these, who ordered on a second day.</summary>
    public required int Repeating { get; init; }

    /// <summary>How many of them the parameters were fitted to.</summary>
    public required int Sample { get; init; }

    /// <summary>Null with <see cref="Missing"/>.</summary>
    public BgNbd? Purchases { get; init; }

    /// <summary>Of the sample.</summary>
    public double? PurchasesLogLikelihood { get; init; }

    /// <summary>Null with <see cref="Missing"/>. In major units of the tenant's currency.</summary>
    public GammaGamma? Spend { get; init; }

    /// <summary>Of those in the sample who repeat.</summary>
    public double? SpendLogLikelihood { get; init; }

    /// <summary>Why there are no parameters, or not all, in words; null when both parts were fitted.</summary>
    public string? Missing { get; init; }

    /// <summary>Of the RFM cuts at the time: their number of customers says whether the tenant has grown.</summary>
    public int CutVersion { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf();

    public static DocumentKey KeyOf() => new(Container.Figures, "", "valuemodel/current");
}
