using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Pipeline;

/// <summary>
/// A key that only one object of the tenant may have, wherever its partition is: an external id, a verified address.
/// </summary>
/// <remarks>
/// A claim is written before its owner. When the owner turns out not to exist (the process died in between), the claim
/// names the id under which the next caller makes it; nothing has to be cleaned up first.
/// </remarks>
public sealed record Claim : IDocument
{
    /// <summary>What is unique, such as <c>customer-external</c> or <c>transaction</c>.</summary>
    public required string ClaimKind { get; init; }

    /// <summary>Hash of the unique value; the value itself may be personal.</summary>
    public required string Hash { get; init; }

    /// <summary>Local id of the object that has it.</summary>
    public required string OwnerId { get; init; }

    /// <summary>Owner before this one, while an object moves to another partition; null otherwise.</summary>
    public string? PreviousOwnerId { get; init; }

    /// <summary>
    /// Others who have the same value where that is allowed (an unverified address), the first of them first. Only a
    /// hint, like the owner: who of them still has it, his own document says. At most <see cref="MostSharers"/>.
    /// </summary>
    public IReadOnlyList<string>? Sharers { get; init; }

    /// <summary>When it was taken, for claims whose owner comes later: an old one without its owner is dead.</summary>
    public DateTimeOffset? TakenAt { get; init; }

    /// <summary>Names the attempt that wrote it, so that only this attempt takes it back.</summary>
    public string? TakenBy { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(ClaimKind, Hash);

    /// <summary>
    /// Beyond it nobody waits for a shared value: it is a switchboard's, and says nothing about a person.
    /// </summary>
    public const int MostSharers = 20;

    /// <summary>Who may have the value, the owner first.</summary>
    [JsonIgnore]
    public IEnumerable<string> Candidates => [OwnerId, .. Sharers ?? []];

    public static Claim On(string kind, string hash, string ownerId) =>
        new() { ClaimKind = kind, Hash = hash, OwnerId = ownerId };

    public static DocumentKey KeyOf(string kind, string hash) =>
        new(Container.Master, KeyHash.IndexPartition(hash), $"claim/{kind}/{hash}");
}

/// <summary>Hashes that address things by what they are called outside.</summary>
public static class KeyHash
{
    /// <summary>32 lower-case hex characters of SHA-256 over the parts; no two lists of parts run together.</summary>
    public static string Of(params ReadOnlySpan<string> parts)
    {
        var most = 0;
        foreach (var part in parts)
        {
            most += 4 + Encoding.UTF8.GetMaxByteCount(part.Length);
        }

        // Imports hash several keys for each row; one call without a hashing object costs a third.
        var buffer = most <= 512 ? stackalloc byte[most] : new byte[most];
        var end = 0;
        foreach (var part in parts)
        {
            var length = Encoding.UTF8.GetBytes(part, buffer[(end + 4)..]);
            BinaryPrimitives.WriteInt32LittleEndian(buffer[end..], length);
            end += 4 + length;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer[..end], hash);
        return Convert.ToHexStringLower(hash[..16]);
    }

    /// <summary>One of 16 partitions in which claims and reservations lie: <c>i0</c> to <c>i15</c>.</summary>
    public static string IndexPartition(string hash) => "i" + Convert.ToInt32(hash[..1], 16);
}
