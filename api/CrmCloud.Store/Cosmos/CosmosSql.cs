using System.Text;
using Microsoft.Azure.Cosmos;

namespace CrmCloud.Store.Cosmos;

/// <summary>
/// Every text that is sent to Cosmos DB as a query. Kinds and paths are checked, values always parameters, and the
/// partition key is always named in the text.
/// </summary>
internal sealed class CosmosSql
{
    // Lists are padded to one of these lengths by repeating the last entry, so that the texts are few and known.
    private static readonly int[] ListLengths = [1, 10, 50, 100, 250];

    private readonly StringBuilder _sql = new("SELECT * FROM c WHERE c[\"pk\"] = @p0", 512);
    private readonly List<object> _values = [];

    private CosmosSql(string partitionKey) => _values.Add(partitionKey);

    public string Text => _sql.ToString();

    public QueryDefinition Definition
    {
        get
        {
            var definition = new QueryDefinition(Text);
            for (var at = 0; at < _values.Count; at++)
            {
                definition.WithParameter($"@p{at}", _values[at]);
            }

            return definition;
        }
    }

    /// <summary>
    /// The queries whose items, one after the other, are the page and, if there is one, an item more.
    /// </summary>
    /// <remarks>
    /// A page in the middle of an order takes two: those equal to the last value with a later id, then those beyond it.
    /// Each is one range of an index; (value, id) > (a, b) in one condition would need an OR, which is not.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// The query asks for what the port does not offer: a bug in the caller.
    /// </exception>
    public static IReadOnlyList<CosmosSql> Of(Query query, string partitionKey)
    {
        QueryRules.Check(query);
        return query is { OrderBy: not null, After: not null }
            ? [Part(query, partitionKey, ties: true), Part(query, partitionKey, ties: false)]
            : [Part(query, partitionKey, ties: false)];
    }

    /// <param name="ids">1 to 250 ids as Cosmos DB has them.</param>
    public static CosmosSql OfIds(string partitionKey, IReadOnlyList<string> ids)
    {
        var sql = new CosmosSql(partitionKey);
        return sql.Add($" AND c[\"id\"] IN ({sql.List(ids)})");
    }

    /// <summary>The notes of which partitions of a tenant are in use.</summary>
    public static CosmosSql OfOwnNotes(string partitionKey)
    {
        var sql = new CosmosSql(partitionKey);
        return sql.Add($" AND STARTSWITH(c[\"id\"], {sql.Value(CosmosId.Own.ToString())})");
    }

    private static CosmosSql Part(Query query, string partitionKey, bool ties)
    {
        var sql = new CosmosSql(partitionKey);
        sql.Add($" AND c[\"kind\"] = {sql.Value(query.Kind)}");
        if (query.IdPrefix.Length > 0)
        {
            sql.Add($" AND STARTSWITH(c[\"id\"], {sql.Value(CosmosId.Of($"{query.Kind}/{query.IdPrefix}"))})");
        }

        sql.Range(query, ties);
        foreach (var condition in query.Where)
        {
            sql.Add(" AND ").Add(sql.Test(condition));
        }

        return sql.Order(query, ties);
    }

    private void Range(Query query, bool ties)
    {
        var sign = query.Descending ? '<' : '>';
        var member = query.OrderBy is { } path ? Member(path) : null;
        Add((member, query.After, ties) switch
        {
            (null, null, _) => "",
            (null, { } after, _) => $" AND c[\"id\"] {sign} {Value(CosmosId.Of(after.Id))}",
            (_, null, _) => $" AND IS_DEFINED({member}) AND NOT IS_NULL({member})",
            (_, { } after, true) => $" AND {member} = {Value(QueryRules.SortValue(after))}"
                + $" AND c[\"id\"] {sign} {Value(CosmosId.Of(after.Id))}",
            (_, { } after, false) => $" AND {member} {sign} {Value(QueryRules.SortValue(after))}",
        });
    }

    private CosmosSql Order(Query query, bool ties)
    {
        var direction = query.Descending ? "DESC" : "ASC";
        var first = query.OrderBy is { } path && !ties ? $"{Member(path)} {direction}, " : "";
        return Add($" ORDER BY {first}c[\"id\"] {direction}");
    }

    // A comparison of two types is undefined in Cosmos DB and finds nothing; "not" of it is undefined too, so a
    // negation names the type.
    private string Test(Condition condition)
    {
        var member = Member(condition.Path);
        return condition.Comparison switch
        {
            Comparison.IsNull => $"(NOT IS_DEFINED({member}) OR IS_NULL({member}))",
            Comparison.IsNotNull => $"(IS_DEFINED({member}) AND NOT IS_NULL({member}))",
            Comparison.Equal => $"{member} = {Value(Comparable(condition, orBool: true))}",
            Comparison.NotEqual => NotEqual(condition, member),
            Comparison.Less => $"{member} < {Value(Comparable(condition))}",
            Comparison.LessOrEqual => $"{member} <= {Value(Comparable(condition))}",
            Comparison.Greater => $"{member} > {Value(Comparable(condition))}",
            Comparison.GreaterOrEqual => $"{member} >= {Value(Comparable(condition))}",
            Comparison.StartsWith => $"STARTSWITH({member}, {Value(QueryRules.Text(condition))}, true)",
            Comparison.Contains => $"CONTAINS({member}, {Value(QueryRules.Text(condition))}, true)",
            Comparison.In => QueryRules.Choices(condition) is { Count: > 0 } choices
                ? $"{member} IN ({List(choices)})"
                : "false",
            _ => throw new ArgumentException($"No comparison {condition.Comparison}.", nameof(condition)),
        };
    }

    private string NotEqual(Condition condition, string member)
    {
        var value = Comparable(condition, orBool: true);
        var type = value switch
        {
            string => "IS_STRING",
            bool => "IS_BOOL",
            _ => "IS_NUMBER",
        };
        return $"(NOT {type}({member}) OR {member} != {Value(value)})";
    }

    private static object Comparable(Condition condition, bool orBool = false) => condition.Value switch
    {
        bool value when orBool => value,
        null => throw new ArgumentException($"'{condition.Path}' cannot be compared with null.", nameof(condition)),
        var value => QueryRules.Plain(value),
    };

    private string List(IReadOnlyList<string> entries)
    {
        var length = Array.Find(ListLengths, length => length >= entries.Count);
        return string.Join(
            ", ", Enumerable.Range(0, length).Select(at => Value(entries[Math.Min(at, entries.Count - 1)])));
    }

    private static string Member(string path) =>
        "c[\"body\"][\"" + path.Replace(".", "\"][\"", StringComparison.Ordinal) + "\"]";

    private string Value(object value)
    {
        _values.Add(value);
        return $"@p{_values.Count - 1}";
    }

    private CosmosSql Add(string text)
    {
        _sql.Append(text);
        return this;
    }
}
