using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
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
    private static readonly HashSet<string> Bookkeeping = ["version", "createdAt", "updatedAt", "correctedAt"];
    private static readonly ConcurrentDictionary<Type, HashSet<string>> PersonalMembers = new();
    private static readonly ConcurrentDictionary<Type, Dictionary<string, string>> PublicNames = new();
    private static readonly JsonSerializerOptions PublicForm = MakePublicForm();

    public static IReadOnlyList<FieldChange> Of(IEnumerable<Edit> edits) =>
        [.. edits.SelectMany(Of).Take(MostChanges)];

    private static IEnumerable<FieldChange> Of(Edit edit)
    {
        var type = (edit.After ?? edit.Before!).GetType();
        var personal = PersonalMembers.GetOrAdd(type, FindPersonalMembers);
        var names = PublicNames.GetOrAdd(type, FindPublicNames);
        var (before, after) = (Members(edit.Before), Members(edit.After));
        foreach (var name in after.Select(m => m.Key).Union(before.Select(m => m.Key)))
        {
            var (old, now) = (before[name], after[name]);
            if (Bookkeeping.Contains(name) || JsonNode.DeepEquals(old, now))
            {
                continue;
            }

            var hidden = personal.Contains(name);
            yield return new([edit.Key.Kind, names.GetValueOrDefault(name, name)],
                hidden ? null : Value(Public(old, name, before["currency"]?.GetValue<string>())),
                hidden ? null : Value(Public(now, name, after["currency"]?.GetValue<string>())));
        }
    }

    private static JsonObject Members(IDocument? document) => document is null
        ? []
        : JsonObject.Create(JsonSerializer.SerializeToElement(document, document.GetType(), PublicForm))!;

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

    // As documents are stored, but with the enum values that clients know.
    private static JsonSerializerOptions MakePublicForm()
    {
        var options = new JsonSerializerOptions(DocumentJson.Options);
        options.Converters.Clear();
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper));
        return options;
    }

    private static Dictionary<string, string> FindPublicNames(Type type) => type.GetProperties().ToDictionary(
        p => JsonNamingPolicy.CamelCase.ConvertName(p.Name),
        p => JsonNamingPolicy.CamelCase.ConvertName(
            p.GetCustomAttribute<GraphQLNameAttribute>()?.Name ?? Shown(Shown(p.Name, "Stored", ""), "", "Minor")));

    // What is kept in another form than it is shown in bears such a name.
    private static string Shown(string name, string prefix, string suffix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(suffix, StringComparison.Ordinal)
            ? name[prefix.Length..^suffix.Length]
            : name;

    // Sums in minor units become money, at whatever depth.
    private static JsonNode? Public(JsonNode? node, string name, string? currency) => node switch
    {
        JsonValue sum when name.EndsWith("Minor", StringComparison.Ordinal) && currency is not null
            && sum.GetValueKind() == JsonValueKind.Number => MoneyOf(sum.GetValue<JsonElement>().GetInt64(), currency),
        JsonObject members => new JsonObject(members.Select(m => new KeyValuePair<string, JsonNode?>(
            Shown(m.Key, "", "Minor"), Public(m.Value, m.Key, currency)))),
        JsonArray items => new JsonArray([.. items.Select(item => Public(item, "", currency))]),
        _ => node?.DeepClone(),
    };

    private static JsonObject MoneyOf(long minor, string currency)
    {
        var money = new Money(minor, Currency.Parse(currency));
        return new()
        {
            ["amount"] = money.Amount.ToString(CultureInfo.InvariantCulture), ["currency"] = currency,
        };
    }

    private static HashSet<string> FindPersonalMembers(Type type) =>
        [.. type.GetProperties()
            .Where(p => p.GetCustomAttribute<PiiAttribute>() is not null || HasPersonalItems(p.PropertyType))
            .Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name))];

    // A list of identities is as personal as the identity.
    private static bool HasPersonalItems(Type type) => type.IsGenericType && type.GetGenericArguments()
        .Any(item => item.GetProperties().Any(p => p.GetCustomAttribute<PiiAttribute>() is not null));
}
