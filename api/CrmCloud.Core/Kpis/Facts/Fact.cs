using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CrmCloud.Core.Kpis;

/// <summary>What a fact says. The numbers are those of packed histories (three bits); never renumber.</summary>
public enum FactKind : byte
{
    Purchase,
    Renewal,
    Refund,
    Cancellation,
    Quote,
    Lead,
    Interaction,

    /// <summary>Deleted. It stays with its version, so that a late repeat of the fact cannot bring it back.</summary>
    Removed,
}

/// <summary>One event of one customer, reduced to what figures need.</summary>
/// <param name="Id">64-bit hash of the document's id, see <see cref="IdOf"/>; never 0.</param>
/// <param name="Version">The document's own version, 1 and up; the higher one wins.</param>
/// <param name="At">When it happened, epoch milliseconds UTC.</param>
public readonly record struct Fact(long Id, long Version, FactKind Kind, long At)
{
    private readonly string? _type;

    /// <summary>Minor units of the reporting currency at the event's date; refunds are positive.</summary>
    public long Amount { get; init; }

    /// <summary>Id of the order that a refund takes back or a cancellation cancels; 0 where unknown.</summary>
    public long RefundOf { get; init; }

    /// <summary>
    /// The tenant's interaction type such as "visit"; empty for transactions. At most 200 characters.
    /// </summary>
    public string Type
    {
        get => _type ?? "";
        init => _type = value.Length == 0 ? null : value;
    }

    /// <summary>The channel's number as the caller counts channels; 0 to 63.</summary>
    public byte Channel { get; init; }

    public bool IsOrder => Kind is FactKind.Purchase or FactKind.Renewal;

    /// <summary>First 8 bytes of the SHA-256 of a document's id: the same fact gets the same id everywhere.</summary>
    public static long IdOf(string documentId)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(documentId), hash);
        var id = BinaryPrimitives.ReadInt64LittleEndian(hash);
        return id == 0 ? 1 : id;
    }
}
