using System.Text.Json.Serialization;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>Identify, differentiate, interact, customize: how far we are with a customer.</summary>
public enum IdicStage
{
    /// <summary>Nothing is known by which he could be recognised.</summary>
    Anonymous,

    Identified,

    /// <summary>His value is known: a qualifying order, and so a value profile.</summary>
    Differentiated,

    /// <summary>He came to us at least once, or we met him within the churn window.</summary>
    Interacting,

    /// <summary>He took up something that was made for him.</summary>
    Customized,
}

/// <summary>
/// One customer's figures as stored: what lists sort and filter by, what segment rules read, and what the worker needs
/// to replace what it counted. Everybody has one, prospects too.
/// </summary>
public sealed record StoredProfile : IDocument
{
    public required string CustomerId { get; init; }

    /// <summary>Sort value of recency: epoch milliseconds of the last qualifying order, 0 without one.</summary>
    public long LastOrderAt { get; init; }

    /// <summary>Number of qualifying orders.</summary>
    public int Frequency { get; init; }

    /// <summary>Gross sum of qualifying orders, minor units.</summary>
    public long MonetaryMinor { get; init; }

    /// <summary>Gross minus refunds that count, minor units.</summary>
    public long NetMinor { get; init; }

    public Lifecycle Lifecycle { get; init; }

    public IdicStage IdicStage { get; init; }

    /// <summary>Null before the first cuts, and for a prospect.</summary>
    public RfmMark? Rfm { get; init; }

    public RfmGroup RfmGroup { get; init; } = RfmGroup.Prospect;

    /// <summary>Touches name channel and direction by <see cref="TouchCode"/>.</summary>
    public CustomerProfile Value { get; init; } = new();

    /// <summary>The master document exists; facts may arrive before it and outlive it.</summary>
    public bool Exists { get; init; }

    /// <summary>Something is known by which he can be recognised.</summary>
    public bool IsKnown { get; init; }

    /// <summary>Version of the master document that was considered; 0 for none.</summary>
    public long CustomerVersion { get; init; }

    public IReadOnlyList<ConsentMark> Consents { get; init; } = [];

    /// <summary>The now under which he is counted in the totals, epoch milliseconds.</summary>
    public long CountedAt { get; init; }

    /// <summary>How many <see cref="HistoryChunk"/> documents he has.</summary>
    public int Chunks { get; init; }

    public DueMark? Due { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId);

    public static DocumentKey KeyOf(string customerId) =>
        new(Container.Figures, Buckets.Of(customerId), $"profile/{customerId}");
}

/// <summary>Scores from 1 to the scale, under one version of the cuts.</summary>
public sealed record RfmMark(int Recency, int Frequency, int Monetary, int CutVersion);

/// <param name="Granted">
/// Recorded as granted; a removed consent stays as not granted, so that it cannot come back.
/// </param>
/// <param name="ExpiresAt">Epoch milliseconds; null for never.</param>
/// <param name="SourceVersion">Of the consent document.</param>
public sealed record ConsentMark(string Purpose, Channel Channel, bool Granted, long? ExpiresAt, long SourceVersion)
{
    public bool IsGranted(long now) => Granted && !(ExpiresAt <= now);
}

/// <summary>The due row that stands for a customer.</summary>
/// <param name="At">Epoch milliseconds.</param>
/// <param name="Generation">Counts the customer's due rows.</param>
/// <param name="RowVersion">Version of the row's document, so that it can be removed without reading it.</param>
public sealed record DueMark(long At, long Generation, long RowVersion);
