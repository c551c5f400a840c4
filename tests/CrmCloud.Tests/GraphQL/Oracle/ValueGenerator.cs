using System.Globalization;
using System.Text.Json.Nodes;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL.Oracle;

/// <summary>Values for types: literals, variables and what resolvers find, with a wrong one now and then.</summary>
public sealed class ValueGenerator(Random random)
{
    private static readonly string[] Texts = ["a", "", "\u00e9\u20ac", "line\\nbreak", "17", "LARGE"];

    public string Literal(GraphQLType type, int depth)
    {
        if (Chance(40))
        {
            // graphql-js 17 tells two errors of a one-of object with an unknown field, 16 and we one.
            return type.Named is InputObjectType { IsOneOf: true } ? "1.5" : Wrong();
        }

        if (!type.IsNonNull && Chance(8))
        {
            return "null";
        }

        return type.Nullable switch
        {
            ListType list => depth > 3 ? "[]" : Chance(6) ? Literal(list.OfType, depth + 1)
                : "[" + string.Join(", ", Enumerable.Range(0, random.Next(3))
                    .Select(_ => Literal(list.OfType, depth + 1))) + "]",
            InputObjectType input => "{" + string.Join(", ", Chosen(input, depth)
                .Select(f => $"{f.Name}: {Literal(f.Type, depth + 1)}")) + "}",
            EnumType named => named.Values[random.Next(named.Values.Count)].Name,
            ScalarType scalar => Scalar(scalar.Name),
            _ => "1",
        };
    }

    public JsonNode? Json(GraphQLType type, int depth)
    {
        if (Chance(40))
        {
            return random.Next(4) switch { 0 => null, 1 => "wrong", 2 => 1.5, _ => new JsonObject { ["x"] = 1 } };
        }

        if (!type.IsNonNull && Chance(8))
        {
            return null;
        }

        return type.Nullable switch
        {
            ListType list => depth > 3 ? new JsonArray()
                : new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Json(list.OfType, depth + 1))]),
            InputObjectType input => new JsonObject(Chosen(input, depth)
                .Select(f => KeyValuePair.Create(f.Name, Json(f.Type, depth + 1)))),
            EnumType named => named.Values[random.Next(named.Values.Count)].Name,
            _ => Leaf(type.Nullable),
        };
    }

    /// <summary>What a resolver finds for a leaf: sometimes nothing, sometimes something else.</summary>
    public JsonNode? Leaf(GraphQLType type)
    {
        if (Chance(12))
        {
            return null;
        }

        return type.Nullable switch
        {
            ListType list => Chance(30) ? JsonValue.Create("no list")
                : new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Leaf(list.OfType))]),
            EnumType named => Chance(20) ? "NONE" : named.Values[random.Next(named.Values.Count)].Name,
            ScalarType scalar => Chance(25) ? JsonValue.Create("text") : ScalarJson(scalar.Name),
            _ => null,
        };
    }

    /// <param name="inside">What the objects have; each gets the name of a type it can be.</param>
    public JsonNode? Composite(Schema schema, GraphQLType type, JsonObject inside)
    {
        if (Chance(12))
        {
            return null;
        }

        if (type.Nullable is ListType list)
        {
            return new JsonArray(
                [.. Enumerable.Range(0, random.Next(4)).Select(_ => Composite(schema, list.OfType, inside))]);
        }

        var made = (JsonObject)inside.DeepClone();
        if (type.Named is not ObjectType)
        {
            var possible = schema.Types.OfType<ObjectType>().Where(t => schema.IsPossibleType(type.Named, t)).ToList();
            made["__typename"] = Chance(30) || possible.Count == 0
                ? "Query"
                : possible[random.Next(possible.Count)].Name;
        }

        return made;
    }

    private bool Chance(int of) => random.Next(of) == 0;

    private string Wrong() => random.Next(5) switch
    {
        0 => "null", 1 => "WRONG", 2 => "\"wrong\"", 3 => "{x: 1}", _ => "1.5",
    };

    private IEnumerable<InputValue> Chosen(InputObjectType input, int depth)
    {
        if (input.IsOneOf)
        {
            return input.Fields.OrderBy(_ => random.Next()).Take(Chance(10) ? 2 : 1);
        }

        return input.Fields.Where(f => f.IsRequired ? !Chance(30) : depth < 2 && Chance(3));
    }

    private string Scalar(string name) => name switch
    {
        "Int" => random.Next(-9, 99).ToString(CultureInfo.InvariantCulture),
        "Float" => Chance(2) ? "2.5" : "3",
        "Boolean" => Chance(2) ? "true" : "false",
        "ID" => Chance(2) ? "\"id\"" : "7",
        _ => $"\"{Texts[random.Next(Texts.Length)]}\"",
    };

    private JsonNode ScalarJson(string name) => name switch
    {
        "Int" => random.Next(-9, 99),
        "Float" => Chance(2) ? 2.5 : 3,
        "Boolean" => Chance(2),
        "ID" => Chance(2) ? "id" : 7,
        _ => Texts[random.Next(Texts.Length)],
    };
}
