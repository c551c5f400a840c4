using System.Text;

namespace CrmCloud.Store.Cosmos;

/// <summary>
/// Ids as Cosmos DB takes them: it forbids '/', which all of ours have. The order of ids stays what it was, because
/// lists continue after an id and merge several partitions by it.
/// </summary>
/// <remarks>
/// '/' stands right behind '.' in the order of characters and nothing between them is free, so both become pairs:
/// ".!" and ".~". No id begins with '~'; those are the adapter's own.
/// </remarks>
internal static class CosmosId
{
    /// <summary>Cosmos DB's limit for an id, in bytes.</summary>
    public const int MaxBytes = 1_023;

    /// <summary>Begins the ids of what is no document: the notes of which partitions are in use.</summary>
    public const char Own = '~';

    public static string Of(string id) =>
        id.Replace(".", ".!", StringComparison.Ordinal).Replace("/", ".~", StringComparison.Ordinal);

    public static string Read(string stored) =>
        stored.Replace(".~", "/", StringComparison.Ordinal).Replace(".!", ".", StringComparison.Ordinal);

    /// <exception cref="ArgumentException">Longer than Cosmos DB allows, as only text outside ASCII can be.</exception>
    public static string Checked(string id)
    {
        var stored = Of(id);
        return Encoding.UTF8.GetByteCount(stored) <= MaxBytes
            ? stored
            : throw new ArgumentException($"An id has at most {MaxBytes} bytes in Cosmos DB.", nameof(id));
    }
}
