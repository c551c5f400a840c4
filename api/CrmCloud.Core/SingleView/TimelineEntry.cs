using System.Globalization;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Personalization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.SingleView;

public enum TimelineKind
{
    Interaction,
    Transaction,
    Consent,
    Recommendation,

    /// <summary>Entered or left a segment; kept for three years. Needs SEGMENTS_READ.</summary>
    SegmentChange,
}

/// <param name="Title">
/// In short: an interaction's type, a transaction's kind and amount, a consent's status and purpose, what became of
/// which action, the segment that was entered or left.
/// </param>
public sealed record TimelineEntry(TimelineKind Kind, DateTimeOffset At, string Title, Channel? Channel, INode? Node);

/// <summary>What stands on a time line for each of its sources, whoever reads them.</summary>
internal static class TimelineEntries
{
    public static TimelineEntry Of(Interaction interaction) =>
        new(TimelineKind.Interaction, interaction.At, interaction.Type, interaction.Channel, interaction);

    public static TimelineEntry Of(Transaction transaction) => new(
        TimelineKind.Transaction,
        transaction.At,
        string.Create(CultureInfo.InvariantCulture,
            $"{Problem.PublicName(transaction.Kind)} {transaction.Amount.Amount} {transaction.Currency}"),
        Channel: null,
        transaction);

    public static TimelineEntry Of(Consent consent, ConsentEvent happened) => new(
        TimelineKind.Consent, happened.At, $"{Problem.PublicName(happened.Status)} {consent.Purpose}", consent.Channel,
        consent);

    /// <summary>To be completed by <see cref="WithNodeAsync"/>.</summary>
    public static TimelineEntry Of(RecommendationRecord record) => new(
        TimelineKind.Recommendation, record.At, $"{Problem.PublicName(record.Last.Kind)} {record.ActionKey}",
        record.Channel, record);

    /// <param name="segment">Null when it was deleted.</param>
    public static TimelineEntry Of(SegmentMove move, SegmentDefinition? segment) => new(
        TimelineKind.SegmentChange,
        move.At,
        $"{(move.Entered ? "ENTERED" : "LEFT")} {segment?.SegmentKey ?? "a deleted segment"}",
        Channel: null,
        segment);

    // What a recommendation was is worked out from its record, so only for those that are shown.
    public static async Task<TimelineEntry> WithNodeAsync(TimelineEntry entry, Caller caller, CancellationToken stop) =>
        entry.Node is RecommendationRecord record
            ? entry with { Node = await RecommendationReading.ByLocalIdAsync(caller, record.LocalId, stop) }
            : entry;
}
