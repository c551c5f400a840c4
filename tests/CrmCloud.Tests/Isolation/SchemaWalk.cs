using System.Text.Json.Nodes;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.Isolation;

/// <summary>A field on the way from the root, with the arguments it gets there.</summary>
/// <param name="On">The object type it is selected on, where the parent may be of several; else null.</param>
internal sealed record Step(Field Field, JsonObject Arguments, ObjectType? On);

/// <summary>A text with all arguments in variables, so that every world sends the same one.</summary>
internal sealed record Ask(string Text, JsonObject Variables);

/// <summary>Finds a way to every object type from the root, and writes documents that go there.</summary>
internal sealed class SchemaWalk(Schema schema)
{
    public Schema Schema => schema;

    /// <summary>The shortest way to each object type that queries can reach, with this world's own ids.</summary>
    public Dictionary<ObjectType, IReadOnlyList<Step>> Ways(World world)
    {
        var filler = new InputFiller(world);
        var ways = new Dictionary<ObjectType, IReadOnlyList<Step>> { [schema.Query!] = [] };
        var next = new PriorityQueue<(ObjectType From, Field Field, ObjectType To), int>();
        Open(schema.Query!, 0);
        while (next.TryDequeue(out var edge, out var distance))
        {
            if (!ways.ContainsKey(edge.To))
            {
                var on = edge.Field.Type.Named is ObjectType ? null : edge.To;
                ways[edge.To] =
                    [.. ways[edge.From], new Step(edge.Field, filler.Fill(edge.Field, target: edge.To.Name), on)];
                Open(edge.To, distance);
            }
        }

        return ways;

        void Open(ObjectType from, int distance)
        {
            foreach (var field in from.Fields.Where(f => f.Type.IsComposite))
            {
                foreach (var to in Possible(field.Type.Named).Where(to => CanGo(field, to, world)))
                {
                    next.Enqueue((from, field, to), distance + Length(from, field, world.Ids.ContainsKey(to.Name)));
                }
            }
        }
    }

    // An object whose id is known is best asked for by it. Else what needs no arguments is nearer, however long: such a
    // way certainly leads somewhere. A field of many kinds shows just any of them.
    private int Length(ObjectType from, Field field, bool isKnown)
    {
        var (needs, isOneKind) = (field.Arguments.Count(a => a.IsRequired), field.Type.Named is ObjectType);
        return from == schema.Query && needs > 0 && isKnown
            ? (isOneKind ? 1 : 50)
            : 3 + (100 * needs) + (isOneKind ? 0 : 500);
    }

    /// <summary>A document along a way, to a selection of the type it leads to.</summary>
    public static Ask Write(string operation, IReadOnlyList<Step> way, string selection)
    {
        var (variables, declared, text) = (new JsonObject(), new List<string>(), selection);
        foreach (var step in way.Reverse())
        {
            var arguments = new List<string>();
            foreach (var (name, value) in step.Arguments)
            {
                var variable = $"v{variables.Count}";
                declared.Add($"${variable}: {step.Field.Arguments.Single(a => a.Name == name).Type}");
                variables[variable] = value?.DeepClone();
                arguments.Add($"{name}: ${variable}");
            }

            if (step.Field.Arguments.Any(a => a.Name == "first") && !step.Arguments.ContainsKey("first"))
            {
                arguments.Add("first: 2");
            }

            var inner = step.On is null ? text : $"__typename ... on {step.On.Name} {{ {text} }}";
            text = step.Field.Name + (arguments.Count > 0 ? $"({string.Join(", ", arguments)})" : "")
                + (inner.Length > 0 ? $" {{ {inner} }}" : "");
        }

        return new(
            $"{operation}{(declared.Count > 0 ? $"({string.Join(", ", declared)})" : "")} {{ {text} }}", variables);
    }

    /// <summary>All that can be asked of a type without arguments, and what lies so many levels below.</summary>
    /// <param name="pages">Whether lists of objects at the lowest level are shown too.</param>
    public string Select(NamedType type, int depth, bool pages = true)
    {
        if (type is not FieldsType fields)
        {
            return type is UnionType ? "__typename" : "";
        }

        var parts = new List<string> { "__typename" };
        foreach (var field in fields.Fields.Where(f => !f.Arguments.Any(a => a.IsRequired)))
        {
            var page = field.Arguments.Any(a => a.Name == "first") ? "(first: 2)" : "";
            var isPage = IsPlumbing(field.Type.Named);
            if (field.Type.IsLeaf)
            {
                parts.Add(field.Name);
            }
            else if (depth > 0 || (isPage && pages && depth == 0) || IsPlumbing(type))
            {
                parts.Add($"{field.Name}{page} {{ {Select(field.Type.Named, isPage ? depth : depth - 1, pages)} }}");
            }
        }

        return string.Join(' ', parts);
    }

    /// <summary>Notes the ids, cursors and texts of an answer, each with the field it stands in.</summary>
    public void Note(JsonNode? node, GraphQLType type, Action<string, string, string> note)
    {
        switch (node)
        {
            case JsonArray items:
                foreach (var item in items)
                {
                    Note(item, type, note);
                }

                break;
            case JsonObject o when (o["__typename"]?.GetValue<string>() is { } name
                ? schema.FindType(name)
                : type.Named) is FieldsType own:
                foreach (var (member, value) in o.Where(m => m.Key != "__typename"))
                {
                    var field = own.Fields.Single(f => f.Name == member);
                    NoteField(value, field, $"{own.Name}.{member}", note);
                }

                break;
        }
    }

    private void NoteField(JsonNode? value, Field field, string place, Action<string, string, string> note)
    {
        if (field.Type.IsComposite)
        {
            Note(value, field.Type, note);
        }
        else if (field.Type.Named is ScalarType scalar && value is not null)
        {
            foreach (var one in value is JsonArray several ? several.ToArray() : [value])
            {
                note(
                    place, scalar.Name,
                    one is JsonValue v && v.TryGetValue<string>(out var text) ? text : one?.ToJsonString() ?? "");
            }
        }
    }

    private IEnumerable<ObjectType> Possible(NamedType type) => schema.PossibleTypes(type).OfType<ObjectType>();

    // Through node(id) only to kinds of which an id is known: from elsewhere there may be another way.
    private bool CanGo(Field field, ObjectType to, World world) =>
        !schema.Query!.Fields.Contains(field) || field.Type.Named is ObjectType || world.Ids.ContainsKey(to.Name);

    private static bool IsPlumbing(NamedType type) =>
        type.Name is "PageInfo"
            || type.Name.EndsWith("Connection", StringComparison.Ordinal)
            || type.Name.EndsWith("Edge", StringComparison.Ordinal);
}
