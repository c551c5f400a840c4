using System.Globalization;
using System.Text.Json.Serialization;
using CrmCloud.Core.Kpis;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

/// <summary>
/// What became of one action in one month among the customers of one bucket. Changed in the batch of the outcome that
/// is counted, so a total is never behind and never counts twice.
/// </summary>
public sealed record ActionTotals : IDocument
{
    public required string ActionId { get; init; }

    /// <summary>Local month, yyyyMM.</summary>
    public required string Month { get; init; }

    public required string Bucket { get; init; }

    /// <summary>By day, group and arm.</summary>
    public IReadOnlyList<TotalsRow> Rows { get; init; } = [];

    public required DateTimeOffset UpdatedAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(ActionId, Month, Bucket);

    public static DocumentKey KeyOf(string actionId, string month, string bucket) =>
        new(Container.Interactions, bucket, $"actiontotals/{actionId}/{month}");

    public ActionTotals Plus(TotalsRow row, DateTimeOffset now)
    {
        var known = Rows.FirstOrDefault(row.IsSameCell);
        var others = Rows.Where(r => !row.IsSameCell(r)).Append(known is null ? row : known.Plus(row));
        return this with
        {
            Rows = [.. others.OrderBy(r => r.Day).ThenBy(r => r.Group).ThenBy(r => r.Control)],
            UpdatedAt = now,
        };
    }
}

/// <summary>Counts of one day, RFM group and arm. Everything is counted on the day of the showing.</summary>
/// <param name="Day">Local day of the showing.</param>
/// <param name="Group">The customer's RFM group when it was decided.</param>
/// <param name="Control">Of customers who were held out.</param>
/// <param name="Customers">Of those shown, who were counted for the first time.</param>
/// <param name="Successes">Customers who accepted for the first time.</param>
public sealed record TotalsRow(
    int Day, RfmGroup Group, bool Control, int Shown = 0, int Accepted = 0, int Rejected = 0, int Ignored = 0,
    int Complained = 0, int Customers = 0, int Successes = 0)
{
    public bool IsSameCell(TotalsRow other) => (Day, Group, Control) == (other.Day, other.Group, other.Control);

    public TotalsRow Plus(TotalsRow other) => this with
    {
        Shown = Shown + other.Shown,
        Accepted = Accepted + other.Accepted,
        Rejected = Rejected + other.Rejected,
        Ignored = Ignored + other.Ignored,
        Complained = Complained + other.Complained,
        Customers = Customers + other.Customers,
        Successes = Successes + other.Successes,
    };
}
