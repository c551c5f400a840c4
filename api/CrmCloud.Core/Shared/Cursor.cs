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
            || !CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, SignatureBytes), Sign(bytes.AsSpan(SignatureBytes))))
        {
            return null;
        }

        var content = JsonSerializer.Deserialize<Content>(bytes.AsSpan(SignatureBytes))!;
        return content.Query == queryHash ? new Position(Plain(content.Value), content.Id) : null;
    }

    private byte[] Sign(ReadOnlySpan<byte> body) => HMACSHA256.HashData(secret, body)[..SignatureBytes];

    private static object? Plain(object? value) => value is not JsonElement element ? value : element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? whole : element.GetDouble(),
        _ => null,
    };

    private sealed record Content(object? Value, string Id, string Query);
}
