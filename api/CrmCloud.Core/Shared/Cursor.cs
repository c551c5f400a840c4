using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CrmCloud.Store;

namespace CrmCloud.Core.Shared;

/// <summary>
/// Cursors carry the place in an order (sort value and id) and a hash of the query they belong to, signed for one
/// tenant and mode; never a store's own token.
/// </summary>
public sealed class CursorSigner(byte[] secret)
{
    private const int SignatureBytes = 12;
    private const int MostLength = 2_000;

    // A cursor's body begins with '{': what is signed for one use is worth nothing in another.
    private const byte SealMark = 1;
    private const byte SecretMark = 2;

    /// <summary>The signer of one tenant and mode, from the installation's secret.</summary>
    public static CursorSigner For(byte[] installationSecret, string tenant, DataMode mode) =>
        new(HMACSHA256.HashData(installationSecret, Encoding.UTF8.GetBytes($"cursor|{tenant}|{mode}")));

    /// <param name="queryHash">Of everything that decides the order and the selection of rows.</param>
    public string Write(Position position, string queryHash)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Content(position.SortValue, position.Id, queryHash));
        return Base64Url.EncodeToString([.. Sign(body), .. body]);
    }

    /// <summary>Null for a cursor that is not ours, not this tenant's or not this query's.</summary>
    public Position? Read(string cursor, string queryHash)
    {
        if (cursor.Length > MostLength || !Base64Url.IsValid(cursor))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length <= SignatureBytes
            || !CryptographicOperations.FixedTimeEquals(
                bytes.AsSpan(0, SignatureBytes), Sign(bytes.AsSpan(SignatureBytes))))
        {
            return null;
        }

        var content = JsonSerializer.Deserialize<Content>(bytes.AsSpan(SignatureBytes))!;
        return content.Query == queryHash ? new Position(Plain(content.Value), content.Id) : null;
    }

    /// <summary>Bytes that come back unchanged or not at all, as text; they can be read by who has them.</summary>
    public string Seal(ReadOnlySpan<byte> body) => Base64Url.EncodeToString([.. Sign([SealMark, .. body]), .. body]);

    /// <summary>Null for what this tenant and mode did not seal.</summary>
    public byte[]? Open(string text)
    {
        if (text.Length > MostLength || !Base64Url.IsValid(text))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(text);
        return bytes.Length > SignatureBytes && CryptographicOperations.FixedTimeEquals(
            bytes.AsSpan(0, SignatureBytes), Sign([SealMark, .. bytes.AsSpan(SignatureBytes)]))
            ? bytes[SignatureBytes..]
            : null;
    }

    /// <summary>A secret of this tenant and mode for one purpose; always the same.</summary>
    public string SecretFor(string purpose) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secret, (byte[])[SecretMark, .. Encoding.UTF8.GetBytes(purpose)]));

    private byte[] Sign(ReadOnlySpan<byte> body) => HMACSHA256.HashData(secret, body)[..SignatureBytes];

    private static object? Plain(object? value) => value is not JsonElement element ? value : element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? whole : element.GetDouble(),
        _ => null,
    };

    private sealed record Content(object? Value, string Id, string Query);
}
