using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Pipeline;

/// <summary>One member of a document before and after a change.</summary>
/// <param name="Path">Members from the document down, its kind first.</param>
/// <param name="Before">
/// Null when it was absent, and always for personal data, which an audit trail must not keep.
/// </param>
public sealed record FieldChange(IReadOnlyList<string> Path, JsonElement? Before, JsonElement? After);

/// <summary>What differs between two versions of a document, member by member, two levels deep.</summary>
public static class DocumentDiff
{
    /// <summary>A change with more differences is cut here; the audit entry must fit beside the documents.</summary>
    public const int MostChanges = 100;

    private const int MostValueLength = 2_000;
    private static readonly HashSet<string> Bookkeeping = ["version", "createdAt", "updatedAt"];
    private static readonly ConcurrentDictionary<Type, HashSet<string>> PersonalMembers = new();

    public static IReadOnlyList<FieldChange> Of(IEnumerable<Edit> edits) =>
        [.. edits.SelectMany(Of).Take(MostChanges)];

    private static IEnumerable<FieldChange> Of(Edit edit)
    {
        var type = (edit.After ?? edit.Before!).GetType();
        var personal = PersonalMembers.GetOrAdd(type, FindPersonalMembers);
        var (before, after) = (Members(edit.Before), Members(edit.After));
        foreach (var name in after.Select(m => m.Key).Union(before.Select(m => m.Key)))
        {
            var (old, now) = (before[name], after[name]);
            if (Bookkeeping.Contains(name) || JsonNode.DeepEquals(old, now))
            {
                continue;
            }

            var hidden = personal.Contains(name);
            yield return new([edit.Key.Kind, name], hidden ? null : Value(old), hidden ? null : Value(now));
        }
    }

    private static JsonObject Members(IDocument? document) => document is null
        ? []
        : JsonSerializer.SerializeToNode(document, document.GetType(), DocumentJson.Options)!.AsObject();

    private static JsonElement? Value(JsonNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var value = JsonSerializer.SerializeToElement(node);
        return value.GetRawText().Length <= MostValueLength
            ? value
            : JsonSerializer.SerializeToElement($"({value.GetRawText().Length} characters)");
    }

    private static HashSet<string> FindPersonalMembers(Type type) =>
        [.. type.GetProperties()
            .Where(p => p.GetCustomAttribute<PiiAttribute>() is not null || HasPersonalItems(p.PropertyType))
            .Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name))];

    // A list of identities is as personal as the identity.
    private static bool HasPersonalItems(Type type) => type.IsGenericType && type.GetGenericArguments()
        .Any(item => item.GetProperties().Any(p => p.GetCustomAttribute<PiiAttribute>() is not null));
}
