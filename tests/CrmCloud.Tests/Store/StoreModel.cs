using System.Text.Json;
using CrmCloud.Store;

namespace CrmCloud.Tests.Store;

/// <summary>
/// The port's promises in the simplest form: a dictionary. Stores are compared with it, step by step.
/// </summary>
internal sealed class StoreModel
{
    private readonly Dictionary<DocumentKey, (long Version, Thing? Thing)> _entries = [];

    public IEnumerable<KeyValuePair<DocumentKey, (long Version, Thing? Thing)>> Entries => _entries;

    public Thing? Find(DocumentKey key) => _entries.GetValueOrDefault(key).Thing;

    /// <returns>False for a version conflict; then nothing changed.</returns>
    public bool TrySave(Batch batch)
    {
        if (batch.Writes.Any(write => (Find(write.Key)?.Version ?? 0) != write.Version))
        {
            return false;
        }

        foreach (var write in batch.Writes)
        {
            var version = _entries.GetValueOrDefault(write.Key).Version + 1;
            if (write.Kind == WriteKind.Purge)
            {
                _entries.Remove(write.Key);
            }
            else
            {
                var thing = write.Document is Thing written ? written with { Version = version } : null;
                _entries[write.Key] = (version, thing);
            }
        }

        return true;
    }

    public (List<Thing> Items, bool HasMore) Query(Query query)
    {
        var prefix = $"{query.Kind}/{query.IdPrefix}";
        var matches = _entries
            .Where(entry => entry.Key.Container == query.Container && entry.Key.Partition == query.Partition)
            .Where(entry => entry.Key.Id.StartsWith(prefix, StringComparison.Ordinal) && entry.Value.Thing is not null)
            .Select(entry => entry.Value.Thing!)
            .Select(thing => (Thing: thing, Json: JsonSerializer.SerializeToElement(thing, DocumentJson.Options)))
            .Where(one => query.Where.All(condition => Holds(one.Json, condition)))
            .Where(one => query.OrderBy is null || Member(one.Json, query.OrderBy) is not null)
            .Select(one => (one.Thing, Place: PlaceOf(one.Thing, one.Json, query.OrderBy)))
            .ToList();
        matches.Sort((left, right) => Compare(left.Place, right.Place, query.Descending));
        var after = matches.FindAll(
            one => query.After is null || Compare(one.Place, query.After, query.Descending) > 0);
        return ([.. after.Take(query.Take).Select(one => one.Thing)], after.Count > query.Take);
    }

    private static Position PlaceOf(Thing thing, JsonElement json, string? orderBy) =>
        new(orderBy is null ? null : Member(json, orderBy), thing.Key.Id);

    private static bool Holds(JsonElement json, Condition condition)
    {
        var value = Member(json, condition.Path);
        var comparable = value is not null && condition.Value is not (null or IReadOnlyList<string>);
        var order = comparable ? Compare(value!, condition.Value!) : null;
        var text = condition.Value as string ?? "";
        return condition.Comparison switch
        {
            Comparison.Equal => order == 0,
            Comparison.NotEqual => order != 0,
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            Comparison.GreaterOrEqual => order >= 0,
            Comparison.IsNull => value is null,
            Comparison.IsNotNull => value is not null,
            Comparison.StartsWith => (value as string)?.StartsWith(text, StringComparison.OrdinalIgnoreCase) == true,
            Comparison.Contains => (value as string)?.Contains(text, StringComparison.OrdinalIgnoreCase) == true,
            _ => ((IReadOnlyList<string>)condition.Value!).Contains(value as string),
        };
    }

    private static object? Member(JsonElement json, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return null;
            }
        }

        return json.ValueKind switch
        {
            JsonValueKind.String => json.GetString(),
            JsonValueKind.Number => json.GetDouble(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
    }

    private static int Compare(Position left, Position right, bool descending)
    {
        var order = left.SortValue is null ? 0 : Compare(left.SortValue, right.SortValue!)!.Value;
        order = order != 0 ? order : string.CompareOrdinal(left.Id, right.Id);
        return descending ? -order : order;
    }

    /// <returns>Null when the two are of different types and so neither equal nor ordered.</returns>
    private static int? Compare(object left, object right) => (left, right) switch
    {
        (string one, string other) => string.CompareOrdinal(one, other),
        (bool one, bool other) => one.CompareTo(other),
        (bool, _) or (_, bool) or (string, _) or (_, string) => null,
        _ => Convert.ToDouble(left, null).CompareTo(Convert.ToDouble(right, null)),
    };
}
