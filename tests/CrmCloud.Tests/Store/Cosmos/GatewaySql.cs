using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>
/// SELF-WRITTEN. Just the SQL that our adapter emits, and the client's change feed processor, with Cosmos DB's rule as
/// documented: a comparison of two types is undefined, and what is undefined selects nothing, negated or not.
/// </summary>
internal sealed partial class GatewaySql
{
    private static readonly object Undefined = new();

    private readonly IReadOnlyDictionary<string, JsonNode?> _parameters;
    private readonly List<string> _tokens;
    private int _at;

    private GatewaySql(string text, IReadOnlyDictionary<string, JsonNode?> parameters)
    {
        _parameters = parameters;
        _tokens = [.. Token().Matches(text).Select(match => match.Value)];
    }

    public IReadOnlyList<(string[] Path, bool Descending)> Order { get; private set; } = [];

    /// <summary>Where the query names the ids that it wants: a short way to them.</summary>
    public IReadOnlyList<string>? Ids { get; private set; }

    /// <summary>Where it names the one kind that it wants.</summary>
    public string? Kind { get; private set; }

    private Func<JsonObject, object?> Where { get; set; } = _ => true;

    public static GatewaySql Parse(string text, IReadOnlyDictionary<string, JsonNode?> parameters)
    {
        var sql = new GatewaySql(text, parameters);
        if (NamedIds().Match(text) is { Success: true } ids)
        {
            sql.Ids = [.. ids.Groups[1].Value.Split(", ").Select(id => (string)parameters[id]!)];
        }
        else if (NamedKind().Match(text) is { Success: true } kind)
        {
            sql.Kind = (string?)parameters[kind.Groups[1].Value];
        }

        sql.Expect("SELECT", "*", "FROM", "c", "WHERE");
        sql.Where = sql.Or();
        if (sql.Take("ORDER"))
        {
            sql.Expect("BY");
            var order = new List<(string[], bool)>();
            do
            {
                var path = sql.Path();
                order.Add((path, sql.Take("DESC") || !sql.Take("ASC")));
            }
            while (sql.Take(","));
            sql.Order = order;
        }

        return sql._at == sql._tokens.Count ? sql : throw new FormatException($"Left over: {sql._tokens[sql._at]}");
    }

    public IEnumerable<GatewayItem> Run(IEnumerable<GatewayItem> items)
    {
        var found = items.Where(item => Where(item.Json) is true).ToList();
        found.Sort((one, other) =>
        {
            var (left, right) = (one.Json, other.Json);
            foreach (var (path, descending) in Order)
            {
                var order = Rank(Member(left, path)).CompareTo(Rank(Member(right, path)));
                order = order != 0 ? order : Compare(Member(left, path), Member(right, path)) ?? 0;
                if (order != 0)
                {
                    return descending ? -order : order;
                }
            }

            return 0;
        });
        return found;
    }

    [GeneratedRegex("""@\w+|\w+|"[^"]*"|'[^']*'|<=|>=|!=|[*,.()\[\]=<>]""")]
    private static partial Regex Token();

    [GeneratedRegex("""AND c\["id"\] IN \(([^)]*)\)""")]
    private static partial Regex NamedIds();

    [GeneratedRegex("""AND c\["kind"\] = (@p\d+)""")]
    private static partial Regex NamedKind();

    private Func<JsonObject, object?> Or()
    {
        var left = And();
        while (Take("OR"))
        {
            var (first, second) = (left, And());
            left = item => (first(item), second(item)) switch
            {
                (true, _) or (_, true) => true,
                (false, false) => false,
                _ => Undefined,
            };
        }

        return left;
    }

    private Func<JsonObject, object?> And()
    {
        var left = Not();
        while (Take("AND"))
        {
            var (first, second) = (left, Not());
            left = item => (first(item), second(item)) switch
            {
                (false, _) or (_, false) => false,
                (true, true) => true,
                _ => Undefined,
            };
        }

        return left;
    }

    private Func<JsonObject, object?> Not()
    {
        if (Take("NOT"))
        {
            var inner = Not();
            return item => inner(item) is bool value ? !value : Undefined;
        }

        return Comparison();
    }

    private Func<JsonObject, object?> Comparison()
    {
        var left = Operand();
        var sign = _at < _tokens.Count ? _tokens[_at] : "";
        if (sign == "IN")
        {
            Expect("IN");
            var list = Arguments();
            return item => list.Any(one => Compare(left(item), one(item)) == 0);
        }

        if (sign is not ("=" or "!=" or "<" or "<=" or ">" or ">="))
        {
            return left;
        }

        _at++;
        var right = Operand();
        return item => (sign, Compare(left(item), right(item))) switch
        {
            (_, null) => Undefined,
            ("=", var order) => order == 0,
            ("!=", var order) => order != 0,
            ("<", var order) => order < 0,
            ("<=", var order) => order <= 0,
            (">", var order) => order > 0,
            (_, var order) => order >= 0,
        };
    }

    private Func<JsonObject, object?> Operand()
    {
        if (Take("("))
        {
            var inner = Or();
            Expect(")");
            return inner;
        }

        if (Take("false"))
        {
            return _ => false;
        }

        if (_tokens[_at][0] == '@')
        {
            var value = Plain(_parameters[_tokens[_at++]]);
            return _ => value;
        }

        if (_tokens[_at][0] == '\'')
        {
            var text = _tokens[_at++].Trim('\'');
            return _ => text;
        }

        if (_tokens[_at] == "c")
        {
            var path = Path();
            return item => Member(item, path);
        }

        var function = _tokens[_at++];
        return Function(function, Arguments());
    }

    private static Func<JsonObject, object?> Function(string name, List<Func<JsonObject, object?>> given) => name switch
    {
        "IS_DEFINED" => item => given[0](item) != Undefined,
        "IS_NULL" => item => given[0](item) is null,
        "IS_STRING" => item => given[0](item) is string,
        "IS_NUMBER" => item => given[0](item) is double,
        "IS_BOOL" => item => given[0](item) is bool,
        "STARTSWITH" => item => Search(given, item, (text, part, how) => text.StartsWith(part, how)),
        "CONTAINS" => item => Search(given, item, (text, part, how) => text.Contains(part, how)),
        _ => throw new FormatException($"No function {name}."),
    };

    private static object Search(
        List<Func<JsonObject, object?>> given, JsonObject item, Func<string, string, StringComparison, bool> search) =>
        (given[0](item), given[1](item)) is (string text, string part)
            ? search(text, part, given.Count == 3 ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)
            : Undefined;

    private List<Func<JsonObject, object?>> Arguments()
    {
        Expect("(");
        var list = new List<Func<JsonObject, object?>>();
        do
        {
            list.Add(Take("true") ? _ => true : Operand());
        }
        while (Take(","));
        Expect(")");
        return list;
    }

    private string[] Path()
    {
        Expect("c");
        var path = new List<string>();
        while (_at < _tokens.Count && _tokens[_at] is "[" or ".")
        {
            if (Take("."))
            {
                path.Add(_tokens[_at++]);
                continue;
            }

            Expect("[");
            path.Add(JsonSerializer.Deserialize<string>(_tokens[_at++])!);
            Expect("]");
        }

        return [.. path];
    }

    private static object? Member(JsonObject item, string[] path)
    {
        JsonNode? node = item;
        foreach (var name in path)
        {
            if (node is not JsonObject members || !members.TryGetPropertyValue(name, out node))
            {
                return Undefined;
            }
        }

        return Plain(node);
    }

    private static object? Plain(JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => null,
        JsonValueKind.String => (object?)(string)node!,
        JsonValueKind.Number => double.Parse(node!.ToJsonString()),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => node,
    };

    private static int? Compare(object? left, object? right) => (left, right) switch
    {
        (string one, string other) => string.CompareOrdinal(one, other),
        (double one, double other) => one.CompareTo(other),
        (bool one, bool other) => one.CompareTo(other),
        (null, null) => 0,
        _ => null,
    };

    private static int Rank(object? value) => value switch
    {
        null => 1,
        bool => 2,
        double => 3,
        string => 4,
        _ => value == Undefined ? 0 : 5,
    };

    private bool Take(string token)
    {
        var there = _at < _tokens.Count && _tokens[_at] == token;
        _at += there ? 1 : 0;
        return there;
    }

    private void Expect(params string[] tokens)
    {
        foreach (var token in tokens)
        {
            if (!Take(token))
            {
                throw new FormatException($"Expected {token} as token {_at}.");
            }
        }
    }
}
