using System.Text.Json;

namespace CrmCloud.Functions;

/// <summary>What the Functions host posted: the documents of a change feed, or a timer's word.</summary>
/// <param name="Documents">Null for a timer.</param>
/// <param name="IsPastDue">The timer comes late, after the app was down.</param>
/// <param name="Retry">0 for the first attempt.</param>
internal sealed record Invocation(IReadOnlyList<JsonElement>? Documents, bool IsPastDue, int Retry)
{
    // The host writes the documents as a string within a string; more layers than these it has never written.
    private const int MostLayers = 4;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <exception cref="FormatException">Not what the host sends; the message holds nothing of the body.</exception>
    /// <exception cref="JsonException">No JSON.</exception>
    public static async Task<Invocation> ReadAsync(Stream body, CancellationToken stop)
    {
        using var whole = await JsonDocument.ParseAsync(body, Strict, stop);
        var root = whole.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("Data", out var data)
            || data.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("The body has no Data.");
        }

        var retry = RetryOf(root);
        if (data.TryGetProperty("documents", out var documents))
        {
            return new(Unwrap(documents), false, retry);
        }

        return data.TryGetProperty("timer", out var timer)
            ? new(null, IsLate(timer), retry)
            : throw new FormatException("Data holds neither documents nor timer.");
    }

    private static List<JsonElement> Unwrap(JsonElement documents)
    {
        for (var layer = 0; documents.ValueKind == JsonValueKind.String && layer < MostLayers; layer++)
        {
            using var inner = JsonDocument.Parse(TextOf(documents), Strict);
            documents = inner.RootElement.Clone();
        }

        if (documents.ValueKind != JsonValueKind.Array
            || documents.GetArrayLength() > Core.Jobs.ChangeNotices.MostDocuments)
        {
            throw new FormatException("documents is no list of documents, or too long a one.");
        }

        return [.. documents.EnumerateArray().Select(document => document.Clone())];
    }

    private static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("documents is no text.");
        }
    }

    private static bool IsLate(JsonElement timer) =>
        timer.ValueKind == JsonValueKind.Object && timer.TryGetProperty(nameof(IsPastDue), out var late)
        && late.ValueKind == JsonValueKind.True;

    private static int RetryOf(JsonElement root) =>
        root.TryGetProperty("Metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
        && metadata.TryGetProperty("RetryContext", out var context) && context.ValueKind == JsonValueKind.Object
        && context.TryGetProperty("RetryCount", out var count) && count.ValueKind == JsonValueKind.Number
        && count.TryGetInt32(out var retry)
            ? Math.Max(retry, 0)
            : 0;
}
