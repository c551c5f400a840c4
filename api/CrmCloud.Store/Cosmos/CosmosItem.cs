using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Store.Cosmos;

/// <summary>
/// A document as it lies in Cosmos DB: its own JSON untouched as <c>body</c>, and around it what the store needs.
/// A tombstone has no kind, so that no query finds it, and no body.
/// </summary>
/// <param name="ETag">The store's own guard; never leaves the adapter.</param>
/// <param name="Version">Of the document or its tombstone.</param>
/// <param name="Writes">Ids of the latest saves that touched it, newest first, at most <see cref="MaxWrites"/>.</param>
internal sealed record CosmosItem(string Id, string ETag, long Version, bool Deleted, IReadOnlyList<string> Writes)
{
    /// <summary>So many saves later a save whose answer was lost can still be recognised.</summary>
    public const int MaxWrites = 4;

    // Cosmos DB keeps numbers as IEEE doubles: exact integers end here, decimals after 15 to 17 digits.
    private const long MaxInteger = 1L << 53;
    private const int MaxDigits = 17;

    /// <summary>As a caller sees it: 0 when there is no document.</summary>
    public static long VisibleVersion(CosmosItem? item) => item is null or { Deleted: true } ? 0 : item.Version;

    public static CosmosItem Read(JsonElement item) => new(
        CosmosId.Read(item.GetProperty("id").GetString()!),
        item.GetProperty("_etag").GetString()!,
        item.GetProperty("version").GetInt64(),
        item.TryGetProperty("deleted", out var deleted) && deleted.GetBoolean(),
        item.GetProperty("writes").GetString()!.Split(' '));

    /// <summary>The document's own JSON, as bytes of the answer.</summary>
    public static ReadOnlySpan<byte> Body(JsonElement item) =>
        JsonMarshal.GetRawUtf8Value(item.GetProperty("body"));

    /// <summary>When Cosmos DB removes it, by its own clock; null for never.</summary>
    public static DateTimeOffset? ExpiryOf(JsonElement item) => item.TryGetProperty("ttl", out var life)
        ? DateTimeOffset.FromUnixTimeSeconds(item.GetProperty("_ts").GetInt64() + life.GetInt64())
        : null;

    /// <summary>What is to be stored over <paramref name="before"/>.</summary>
    /// <exception cref="ArgumentException">It holds what Cosmos DB cannot keep.</exception>
    public static byte[] Write(in PendingWrite write, string partitionKey, CosmosItem? before, string writeId)
    {
        var version = write.VersionOver(before?.Version ?? 0);
        var buffer = new ArrayBufferWriter<byte>((write.Body?.Length ?? 0) + 300);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("id", CosmosId.Checked(write.Key.Id));
        json.WriteString("pk", partitionKey);
        json.WriteNumber("version", version);
        json.WriteString("writes", string.Join(' ', WritesOver(write, before, writeId)));
        if (write.LifeMilliseconds is { } life)
        {
            json.WriteNumber("ttl", Math.Min(life / 1_000, int.MaxValue));
        }

        WriteBody(json, write, version);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteBody(Utf8JsonWriter json, in PendingWrite write, long version)
    {
        if (write.Body is not { } body)
        {
            json.WriteBoolean("deleted", true);
            return;
        }

        CheckNumbers(body, write.Key);
        json.WriteString("kind", write.Key.Kind);
        json.WritePropertyName("body");
        json.WriteRawValue(write.BodyAt(version), skipInputValidation: true);
    }

    /// <summary>
    /// Ids of the latest saves once this one is written. Over a carried document they would not count up.
    /// </summary>
    public static IReadOnlyList<string> WritesOver(in PendingWrite write, CosmosItem? before, string writeId) =>
        write.IsGuarded ? [.. (before?.Writes ?? []).Prepend(writeId).Take(MaxWrites)] : [writeId];

    // Refused aloud: rounding in silence would be found months later.
    private static void CheckNumbers(ReadOnlySpan<byte> body, DocumentKey key)
    {
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.Number)
            {
                continue;
            }

            var exact = reader.TryGetInt64(out var number)
                ? number is >= -MaxInteger and <= MaxInteger
                : Digits(reader.ValueSpan) <= MaxDigits;
            if (!exact)
            {
                throw new ArgumentException($"'{key.Kind}' has a number that Cosmos DB would round; write it as text.");
            }
        }
    }

    private static int Digits(ReadOnlySpan<byte> number)
    {
        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = (exponent < 0 ? number : number[..exponent]).TrimStart("-0."u8);
        return mantissa.Length - (mantissa.Contains((byte)'.') ? 1 : 0);
    }
}
