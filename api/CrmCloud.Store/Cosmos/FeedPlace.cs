using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmCloud.Store.Cosmos;

/// <summary>
/// How far a reader has come in each partition. Names its owner, so that it opens nobody else's feed.
/// </summary>
internal sealed record FeedPlace
{
    private const int CurrentForm = 1;

    [JsonPropertyName("form")]
    public int Form { get; init; } = CurrentForm;

    [JsonPropertyName("of")]
    public required string Owner { get; init; }

    [JsonPropertyName("in")]
    public required Container Container { get; init; }

    /// <summary>
    /// The account: a restored one has another name, and a place in the old one's feed means nothing there.
    /// </summary>
    [JsonPropertyName("account")]
    public string Account { get; init; } = "";

    /// <summary>The partition to begin with.</summary>
    [JsonPropertyName("first")]
    public string First { get; set; } = "";

    /// <summary>Cosmos DB's own words for the place, by partition.</summary>
    [JsonPropertyName("at")]
    public Dictionary<string, string> At { get; init; } = new(StringComparer.Ordinal);

    /// <returns>The beginning where there is no place, or one of another account.</returns>
    /// <exception cref="ArgumentException">Not a place in this feed.</exception>
    public static FeedPlace Read(string? since, CosmosSpace space, Container container)
    {
        var account = space.Database.Client.Endpoint.Host;
        var beginning = new FeedPlace { Owner = space.Prefix, Container = container, Account = account };
        if (since is null)
        {
            return beginning;
        }

        try
        {
            var place = JsonSerializer.Deserialize<FeedPlace>(since, DocumentJson.Options);
            if (place is { Form: CurrentForm, At: not null, First: not null } && place.Owner == space.Prefix
                && place.Container == container)
            {
                return place.Account == account ? place : beginning;
            }
        }
        catch (JsonException)
        {
            // As wrong as another feed's.
        }

        throw new ArgumentException("This is not a continuation of this store.", nameof(since));
    }

    /// <summary>Cosmos DB's word names a partition key, and it must be the one meant.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static string Checked(string token, string partitionKey)
    {
        try
        {
            using var json = JsonDocument.Parse(token);
            var parts = json.RootElement.GetProperty("Continuation").EnumerateArray().ToList();
            if (parts.Count > 0 && parts.TrueForAll(part => IsOf(part.GetProperty("FeedRange"), partitionKey)))
            {
                return token;
            }
        }
        catch (Exception failure) when (failure
            is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not even of that form.
        }

        throw new ArgumentException("This is not a continuation of this partition.", nameof(token));
    }

    private static bool IsOf(JsonElement range, string partitionKey)
    {
        using var value = JsonDocument.Parse(range.GetProperty("value").GetString()!);
        return range.GetProperty("type").GetString() == "Logical Partition Key"
            && value.RootElement.GetArrayLength() == 1 && value.RootElement[0].GetString() == partitionKey;
    }

    public IEnumerable<string> InTurn(IReadOnlyList<string> partitions)
    {
        var from = partitions.Select((partition, at) => (partition, at))
            .FirstOrDefault(one => string.CompareOrdinal(one.partition, First) >= 0).at;
        return partitions.Skip(from).Concat(partitions.Take(from));
    }

    public string Write() => JsonSerializer.Serialize(this, DocumentJson.Options);
}
