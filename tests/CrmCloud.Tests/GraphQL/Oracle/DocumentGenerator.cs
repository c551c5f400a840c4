using System.Text;
using System.Text.Json.Nodes;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL.Oracle;

/// <summary>One question to two implementations.</summary>
/// <param name="Root">What the fields of the document find: an object of objects, mostly of the right types.</param>
public sealed record OracleCase(string Document, JsonObject Variables, JsonObject Root);

/// <summary>Makes documents that mostly fit a schema, with a mistake now and then.</summary>
public sealed class DocumentGenerator(Schema schema, Random random)
{
    private readonly StringBuilder _fragments = new();
    private readonly List<(string Name, GraphQLType Type)> _variables = [];
    private readonly JsonObject _given = [];
    private readonly ValueGenerator _values = new(random);
    private int _fragmentCount;
    private int _fieldsLeft;

    public OracleCase Next()
    {
        _fragments.Clear();
        _variables.Clear();
        _given.Clear();
        _fragmentCount = 0;
        _fieldsLeft = 25;
        var isMutation = schema.Mutation is not null && random.Next(8) == 0;
        var root = new JsonObject();
        var body = Selection(isMutation ? schema.Mutation! : schema.Query!, 0, root);
        var variables = string.Join(", ", _variables.Select(v => $"${v.Name}: {TypeOf(v.Type)}{Default(v.Type)}"));
        var head = (isMutation ? "mutation" : "query") + (Chance(2) ? " Op" : "")
            + (variables.Length > 0 ? $"({variables})" : "");
        var document = head == "query" && Chance(2) ? body : $"{head} {body}";
        return new OracleCase(document + _fragments, (JsonObject)_given.DeepClone(), root);
    }

    private bool Chance(int of) => random.Next(of) == 0;

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private string Selection(NamedType type, int depth, JsonObject data)
    {
        var text = new StringBuilder("{ ");
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            text.Append(One(type, depth, data)).Append(' ');
        }

        return text.Append('}').ToString();
    }

    private string One(NamedType type, int depth, JsonObject data) => random.Next(14) switch
    {
        0 => "__typename",
        1 or 2 when depth < 4 => Fragment(type, depth, data, isNamed: false),
        3 when depth < 4 => Fragment(type, depth, data, isNamed: true),
        4 when Chance(4) => "mistaken" + (Chance(2) ? " { x }" : ""),
        _ => type is FieldsType { Fields.Count: > 0 } fields
            ? Field(Pick([.. fields.Fields]), depth, data)
            : "__typename",
    };

    private string Field(Field field, int depth, JsonObject data)
    {
        if (field.Type.IsComposite && (depth > 4 || _fieldsLeft-- <= 0))
        {
            return "__typename";
        }

        var text = new StringBuilder(Chance(4) ? $"a{random.Next(3)}: " : "").Append(field.Name)
            .Append(Arguments(field)).Append(Directives());
        if (field.Type.IsComposite != Chance(60))
        {
            var inside = new JsonObject();
            var inner = Selection(field.Type.Named, depth + 1, inside);
            text.Append(' ').Append(inner);
            data.TryAdd(field.Name, _values.Composite(schema, field.Type, inside));
        }
        else
        {
            data.TryAdd(field.Name, _values.Leaf(field.Type));
        }

        return text.ToString();
    }

    private string Fragment(NamedType type, int depth, JsonObject data, bool isNamed)
    {
        var possible = schema.Types.Where(t => t is ObjectType or InterfaceType or UnionType && !t.IsBuiltIn
            && (t == type || schema.IsPossibleType(type, t as ObjectType ?? schema.Query!) || Chance(40))).ToList();
        var on = possible.Count == 0 || Chance(3) ? type : Pick(possible);
        var body = Selection(on, depth + 1, data);
        if (!isNamed)
        {
            return $"...{(on == type && Chance(2) ? "" : $" on {on.Name}")}{Directives()} {body}";
        }

        var name = $"F{_fragmentCount++}";
        _fragments.Append($"\nfragment {name} on {on.Name} {body}");
        return $"...{(Chance(60) ? "Missing" : name)}{Directives()}";
    }

    private string Arguments(Field field)
    {
        var given = field.Arguments.Where(a => a.IsRequired ? !Chance(30) : Chance(2))
            .Select(a => $"{a.Name}: {Argument(a.Type)}").ToList();
        if (Chance(60))
        {
            given.Add("wrong: 1");
        }

        return given.Count == 0 ? "" : $"({string.Join(", ", given)})";
    }

    private string Argument(GraphQLType type)
    {
        if (!Chance(3))
        {
            return _values.Literal(type, 0);
        }

        var name = $"v{_variables.Count}";
        _variables.Add((name, type));
        if (!Chance(6))
        {
            _given[name] = _values.Json(type, 0);
        }

        return "$" + name;
    }

    private string Directives()
    {
        if (!Chance(6))
        {
            return "";
        }

        return random.Next(4) switch
        {
            0 => $" @include(if: {(Chance(2) ? "true" : "false")})",
            1 => $" @skip(if: {(Chance(3) ? "true" : "false")})",
            2 when schema.Directives.Any(d => d.Name == "mark") => " @mark(times: 2) @mark",
            _ => Chance(8) ? " @skip(unless: true)" : " @include(if: true)",
        };
    }

    private string TypeOf(GraphQLType type) =>
        Chance(25) ? "Int" : Chance(20) && type.IsNonNull ? type.Nullable.ToString()! : type.ToString()!;

    private string Default(GraphQLType type) => Chance(6) ? " = " + _values.Literal(type, 1) : "";
}
