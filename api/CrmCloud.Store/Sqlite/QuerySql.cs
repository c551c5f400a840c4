using System.Text;

namespace CrmCloud.Store.Sqlite;

/// <summary>
/// A query as SQL and the values of its parameters, in order. Kinds and paths are checked, values always bound.
/// </summary>
internal sealed class QuerySql
{
    private readonly StringBuilder _sql = new(512);
    private readonly List<object> _values = [];

    private QuerySql()
    {
    }

    public string Text => _sql.ToString();

    public IReadOnlyList<object> Values => _values;

    /// <summary>
    /// The statements whose rows, one after the other, are the page: (body, id, sort value or null), and one row more
    /// than the page takes if there is one.
    /// </summary>
    /// <remarks>
    /// A page in the middle of an order takes two: those equal to the last value with a later id, then those beyond it.
    /// SQLite seeks to the exact place for each; for (value, id) > (?, ?) over an expression it would walk all ties.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// The query asks for what the port does not offer: a bug in the caller.
    /// </exception>
    public static IReadOnlyList<QuerySql> Of(Query query, long nowMilliseconds)
    {
        QueryRules.Check(query);
        return query is { OrderBy: not null, After: not null }
            ? [Part(query, nowMilliseconds, ties: true), Part(query, nowMilliseconds, ties: false)]
            : [Part(query, nowMilliseconds, ties: false)];
    }

    private static QuerySql Part(Query query, long nowMilliseconds, bool ties)
    {
        var sql = new QuerySql();
        sql.Select(query);
        sql.Range(query, ties);
        sql.Add($" AND (expires IS NULL OR expires > {sql.Value(nowMilliseconds)})");
        foreach (var condition in query.Where)
        {
            sql.Add(" AND ").Add(sql.Test(condition));
        }

        sql.Order(query, ties);
        return sql;
    }

    private void Select(Query query)
    {
        var sort = query.OrderBy is { } path ? Schema.Extract(path) : "NULL";

        // A prefix names one owner's few documents: always read those and sort, never walk a whole order for them.
        var hint = query.IdPrefix.Length > 0 ? " INDEXED BY address" : "";
        Add($"SELECT body, id, {sort} FROM document{hint}");
        Add($" WHERE container = {(int)query.Container} AND kind = '{query.Kind}' AND deleted = 0");
        Add($" AND partition = {Value(query.Partition)}");
    }

    private void Range(Query query, bool ties)
    {
        if (query.OrderBy is null || query.IdPrefix.Length > 0)
        {
            Prefix(query, $"{query.Kind}/{query.IdPrefix}");
        }

        var sign = query.Descending ? '<' : '>';
        if (query.OrderBy is { } path)
        {
            var member = Schema.Extract(path);
            Add((query.After, ties) switch
            {
                (null, _) => $" AND {member} IS NOT NULL",
                ({ } after, true) =>
                    $" AND {member} = {Value(QueryRules.SortValue(after))} AND id {sign} {Value(after.Id)}",
                ({ } after, false) => $" AND {member} {sign} {Value(QueryRules.SortValue(after))}",
            });
        }
        else if (query.After is { } after)
        {
            Add($" AND id {sign} {Value(after.Id)}");
        }
    }

    // The last character there is: every id with the prefix lies between the two ends. Where a page goes on after an
    // id, that id is the one end, and only it is named: of two limits SQLite seeks to the first it reads, and would
    // walk all earlier pages again to reach the other.
    private void Prefix(Query query, string prefix)
    {
        var goesOn = query.OrderBy is null && query.After?.Id.StartsWith(prefix, StringComparison.Ordinal) == true;
        if (!goesOn || query.Descending)
        {
            Add($" AND id >= {Value(prefix)}");
        }

        if (!goesOn || !query.Descending)
        {
            Add($" AND id < {Value(prefix + "\U0010FFFF")}");
        }
    }

    private void Order(Query query, bool ties)
    {
        var direction = query.Descending ? " DESC" : "";
        var first = query.OrderBy is { } path && !ties ? $"{Schema.Extract(path)}{direction}, " : "";
        Add($" ORDER BY {first}id{direction} LIMIT {Value(query.Take + 1L)}");
    }

    private string Test(Condition condition)
    {
        var member = Schema.Extract(condition.Path);
        return condition.Comparison switch
        {
            Comparison.IsNull => $"{member} IS NULL",
            Comparison.IsNotNull => $"{member} IS NOT NULL",
            Comparison.Equal => Compare(condition, "="),
            Comparison.NotEqual => $"NOT ifnull({Compare(condition, "=")}, 0)",
            Comparison.Less => Compare(condition, "<"),
            Comparison.LessOrEqual => Compare(condition, "<="),
            Comparison.Greater => Compare(condition, ">"),
            Comparison.GreaterOrEqual => Compare(condition, ">="),
            Comparison.StartsWith => Like(condition, "", "%"),
            Comparison.Contains => Like(condition, "%", "%"),
            Comparison.In => In(condition),
            _ => throw new ArgumentException($"No comparison {condition.Comparison}.", nameof(condition)),
        };
    }

    // JSON's types are kept apart, as Cosmos DB keeps them: true is not 1 and "7" is not 7.
    private string Compare(Condition condition, string sign)
    {
        var (member, type) = (Schema.Extract(condition.Path), TypeOf(condition.Path));
        return condition.Value switch
        {
            true when sign == "=" => $"({member} = 1 AND {type} = 'true')",
            false when sign == "=" => $"({member} = 0 AND {type} = 'false')",
            string text => $"({member} {sign} {Value(text)} AND {type} = 'text')",
            int or long or double =>
                $"({member} {sign} {Value(QueryRules.Plain(condition.Value))} AND {type} IN ('integer', 'real'))",
            _ => throw new ArgumentException($"'{condition.Path}' cannot be compared so.", nameof(condition)),
        };
    }

    private string Like(Condition condition, string before, string after)
    {
        var literal = QueryRules.Text(condition).Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        return $"({Schema.Extract(condition.Path)} LIKE {Value(before + literal + after)} ESCAPE '\\' "
            + $"AND {TypeOf(condition.Path)} = 'text')";
    }

    private string In(Condition condition)
    {
        // One parameter whatever the length, so that the statement stays one and prepared.
        var list = System.Text.Json.JsonSerializer.Serialize(QueryRules.Choices(condition));
        return $"({Schema.Extract(condition.Path)} IN (SELECT value FROM json_each({Value(list)})) "
            + $"AND {TypeOf(condition.Path)} = 'text')";
    }

    private static string TypeOf(string path) => $"json_type(body, '{Schema.JsonPath(path)}')";

    private string Value(object value)
    {
        _values.Add(value);
        return $"?{_values.Count}";
    }

    private QuerySql Add(string text)
    {
        _sql.Append(text);
        return this;
    }
}
