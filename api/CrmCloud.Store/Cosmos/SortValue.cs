using System.Text.Json;

namespace CrmCloud.Store.Cosmos;

/// <summary>The value that an item was sorted by, as its JSON has it.</summary>
internal static class SortValue
{
    /// <returns>A string, a long or a double; null when sorted by id.</returns>
    public static object? Of(JsonElement item, string? path)
    {
        if (path is null)
        {
            return null;
        }

        var value = item.GetProperty("body");
        foreach (var member in path.Split('.'))
        {
            value = value.GetProperty(member);
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.TryGetInt64(out var number) ? number : value.GetDouble(),
            _ => throw new InvalidDataException($"'{path}' of a stored document is neither text nor a number."),
        };
    }
}
