using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

/// <summary>The attributes a tenant has defined, and what values they take.</summary>
public sealed class AttributeCatalog(IReadOnlyList<AttributeDefinition> definitions)
{
    private const int MostShown = 50;

    private readonly Dictionary<string, AttributeDefinition> _byKey = definitions.ToDictionary(d => d.AttributeKey);

    public static AttributeCatalog Empty { get; } = new([]);

    public IReadOnlyList<AttributeDefinition> All { get; } = definitions;

    public AttributeDefinition? Find(string key) => _byKey.GetValueOrDefault(key);

    public static async Task<AttributeCatalog> LoadAsync(ITenantStore store, CancellationToken stop)
    {
        var query = new Query(Container.Master, "", "attribute") { Take = AttributeDefinition.Most };
        return new((await store.QueryAsync<AttributeDefinition>(query, stop)).Items);
    }

    /// <summary>
    /// The attributes a customer has after the input. Values that stay equal keep their source and time.
    /// </summary>
    public IReadOnlyList<StoredAttribute> Apply(
        IReadOnlyList<StoredAttribute> current, IReadOnlyList<AttributeInput> inputs, CustomerContext context,
        CustomerEdit edit)
    {
        var result = current.ToDictionary(a => a.AttributeKey);
        for (var i = 0; i < inputs.Count; i++)
        {
            var at = $"{context.Path}.attributes.{i}";
            if (Find(inputs[i].Key) is not { } definition)
            {
                edit.Problems.Add(CustomerProblems.UnknownAttribute(inputs[i].Key, $"{at}.key", KnownKeys()));
            }
            else if (inputs[i].Value is not { } value)
            {
                Remove(result, definition, at, edit);
            }
            else if (Read(definition, value) is not { } given)
            {
                edit.Problems.Add(CustomerProblems.WrongType(definition, $"{at}.value"));
            }
            else
            {
                Set(result, definition, given with { Source = context.Source, ObservedAt = context.Now },
                    (context.OnConflict, at), edit);
            }
        }

        return [.. result.Values.OrderBy(a => a.AttributeKey, StringComparer.Ordinal)];
    }

    /// <summary>Required attributes that are not there.</summary>
    public IEnumerable<string> Missing(IReadOnlyList<StoredAttribute> attributes) =>
        All.Where(d => d.Required && attributes.All(a => a.AttributeKey != d.AttributeKey)).Select(d => d.AttributeKey);

    private static void Remove(
        Dictionary<string, StoredAttribute> result, AttributeDefinition definition, string at, CustomerEdit edit)
    {
        if (definition.Required && result.ContainsKey(definition.AttributeKey))
        {
            edit.Problems.Add(CustomerProblems.AttributeRequired(definition.AttributeKey, at));
        }
        else
        {
            result.Remove(definition.AttributeKey);
        }
    }

    private static void Set(
        Dictionary<string, StoredAttribute> result,
        AttributeDefinition definition,
        StoredAttribute given,
        (UpsertConflict Rule, string At) conflict,
        CustomerEdit edit)
    {
        var there = result.GetValueOrDefault(given.AttributeKey);
        if (there is not null && (SameValue(there, given) || conflict.Rule == UpsertConflict.KeepExisting))
        {
            return;
        }

        if (there is not null && conflict.Rule == UpsertConflict.MergePolicy
            && !NewerStays(definition.MergePolicy, there, given))
        {
            if (definition.MergePolicy == MergePolicy.Manual)
            {
                edit.Warnings.Add(new("MANUAL_MERGE",
                    $"'{given.AttributeKey}' has another value; it was left for a person to decide.",
                    conflict.At.Split('.')));
            }

            return;
        }

        result[given.AttributeKey] = given;
    }

    private static bool NewerStays(MergePolicy policy, StoredAttribute there, StoredAttribute given) => policy switch
    {
        MergePolicy.MostRecent => true,
        MergePolicy.Longest =>
            (given.Text?.Length ?? given.List?.Count ?? 1) >= (there.Text?.Length ?? there.List?.Count ?? 1),
        _ => false,
    };

    /// <returns>Null when the value is not of the definition's type or not among the allowed ones.</returns>
    private static StoredAttribute? Read(AttributeDefinition definition, AttributeValueInput value)
    {
        var stored = new StoredAttribute { AttributeKey = definition.AttributeKey, Source = "", ObservedAt = default };
        return (definition.Type, value) switch
        {
            (AttributeType.String, { String: { } text }) => stored with { Text = text },
            (AttributeType.Enum, { String: { } text }) when definition.Allowed?.Contains(text) == true =>
                stored with { Text = text },
            (AttributeType.Number, { Number: { } number }) => stored with { Number = number },
            (AttributeType.Boolean, { Boolean: { } truth }) => stored with { Boolean = truth },
            (AttributeType.Date, { Date: { } date }) => stored with { Date = date },
            (AttributeType.List, { List: { } list }) when definition.Allowed is not { Count: > 0 } allowed
                || list.All(allowed.Contains)
                => stored with { List = list },
            _ => null,
        };
    }

    private static bool SameValue(StoredAttribute left, StoredAttribute right) =>
        (left.Text, left.Number, left.Boolean, left.Date) == (right.Text, right.Number, right.Boolean, right.Date)
        && (left.List ?? []).SequenceEqual(right.List ?? []) && left.List is null == right.List is null;

    private List<string> KnownKeys() =>
        [.. All.Select(d => d.AttributeKey).Order(StringComparer.Ordinal).Take(MostShown)];
}
