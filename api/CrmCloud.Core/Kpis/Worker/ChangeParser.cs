using System.Text.Json;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>Reads documents of the feed as figure changes. Pure.</summary>
internal static class ChangeParser
{
    /// <summary>What the documents' ids say they are.</summary>
    public static bool IsRelevant(DocumentKey key) => key.Container switch
    {
        Container.Interactions => key.Kind is "transaction" or "interaction" or "measurement",
        Container.Master => key.Kind is "customer" or "consent",
        _ => false,
    };

    /// <summary>
    /// The customer to whom a transaction, interaction, customer or consent belongs, from the id alone.
    /// </summary>
    /// <exception cref="FormatException">The id is not made of a kind and a customer in his own partition.</exception>
    public static string CustomerOf(DocumentKey key)
    {
        var parts = key.Id.Split('/');
        return parts.Length > 1 && Buckets.PartitionOf(parts[1]) == key.Partition
            ? parts[1]
            : throw new FormatException("Not an id of a customer's document.");
    }

    /// <exception cref="JsonException">The document is not readable as its kind.</exception>
    /// <exception cref="FormatException">A value is outside its bounds.</exception>
    public static FigureChange Parse(Change change) => change.Key.Kind switch
    {
        "transaction" when change.Deleted => new FactRemoved(change.Key, change.Version),
        "interaction" when change.Deleted => new FactRemoved(change.Key, change.Version),
        "transaction" => Put(change, Read<TransactionSource>(change)),
        "interaction" => Put(change, Read<InteractionSource>(change)),
        "customer" => new CustomerChanged(
            change.Key, change.Version, change.Deleted ? null : Read<CustomerSource>(change).IsKnown),
        "consent" => new ConsentChanged(change.Key, Mark(change)),
        _ => throw new FormatException("Figures do not read this kind."),
    };

    private static FactPut Put(Change change, IFactSource source) =>
        source.Version == change.Version && source.Key == change.Key
            ? new FactPut(change.Key, source.ToFact(), source.Former)
            : throw new FormatException("The document disagrees with its own address.");

    private static ConsentMark Mark(Change change)
    {
        if (change.Deleted)
        {
            var parts = change.Key.Id.Split('/');
            return new ConsentMark(parts[2], Enum.Parse<Channel>(parts[3]), false, null, change.Version);
        }

        var consent = Read<ConsentSource>(change);
        return new ConsentMark(
            consent.Purpose,
            consent.Channel,
            consent.Recorded == ConsentStatus.Granted,
            consent.ExpiresAt?.ToUnixTimeMilliseconds(),
            change.Version);
    }

    private static T Read<T>(Change change) where T : class =>
        JsonSerializer.Deserialize<T>(change.Body.Span, DocumentJson.Options)
        ?? throw new JsonException("The document is the JSON null.");
}
