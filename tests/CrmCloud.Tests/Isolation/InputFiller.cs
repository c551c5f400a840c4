using System.Text.Json.Nodes;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.Isolation;

/// <summary>A leaf among the arguments of a field: where a caller could put somebody else's id.</summary>
/// <param name="Path">Names from the argument down.</param>
internal sealed record Slot(string Argument, IReadOnlyList<string> Path, bool IsId)
{
    public override string ToString() => string.Join('.', Path);
}

/// <summary>
/// Makes the smallest valid arguments of any field from the schema, with one leaf of the caller's choice.
/// </summary>
internal sealed class InputFiller(World own)
{
    // What a type alone cannot say. A new text field needs a line here only where "probe" is not acceptable.
    private static readonly Dictionary<string, string> Words = new()
    {
        ["amount"] = "1.00", ["quantity"] = "1", ["currency"] = "GBP", ["from"] = "2026-02-01", ["to"] = "2026-04-01",
        ["timeZone"] = "Europe/London", ["fiscalYearStart"] = "04-01", ["group"] = "LOST", ["language"] = "en",
        ["sha256"] = new('a', 64), ["phone"] = "+447700900999", ["per"] = "P1D",
        ["expression"] = "frequency > 1", ["threshold"] = "100",
        ["statement"] = "Increase revenue by 20 % by 2026-12-31",
    };

    // Where an enum's first value is not acceptable.
    private static readonly Dictionary<string, string> Choices =
        new() { ["AttributeType"] = "ENUM", ["DataMode"] = "LIVE", ["DefinitionStatus"] = "ACTIVE" };

    // Optional to the type, but not to the rules behind it.
    private static readonly string[] AlsoNeeded = ["ownerName", "rule", "threshold", "add"];

    private static readonly Dictionary<string, JsonNode> Scalars = new()
    {
        ["Int"] = 1, ["Long"] = 1, ["Version"] = 1, ["Float"] = 1, ["Boolean"] = true, ["JSON"] = new JsonObject(),
        // The instant of the seeds: a recorded outcome is repeated, and only the same one is no contradiction.
        ["Date"] = "2026-03-01", ["DateTime"] = "2026-03-02T09:00:00Z", ["Duration"] = "P90D", ["Decimal"] = "1",
        ["CurrencyCode"] = "GBP", ["LanguageTag"] = "en",
        ["TimeZone"] = "Europe/London", ["URL"] = "https://x.example/",
        ["String"] = "probe",
    };

    /// <summary>Every place for a text or an id among the arguments; a type inside itself is entered once.</summary>
    public static IEnumerable<Slot> Slots(Field field) => field.Arguments
        .Where(argument => argument.Name != "options")
        .SelectMany(
            argument => Leaves(argument, [argument.Name], []).Select(
                leaf => new Slot(argument.Name, leaf.Path, leaf.IsId)));

    /// <summary>The arguments that must be given, and the slot's where there is one.</summary>
    /// <param name="target">The kind of object that ids without a telling name should mean.</param>
    public JsonObject Fill(Field field, Slot? slot = null, string? value = null, string? target = null)
    {
        var given = new JsonObject();
        foreach (var argument in field.Arguments.Where(a => a.IsRequired || a.Name == slot?.Argument))
        {
            var rest = argument.Name == slot?.Argument ? slot.Path.Skip(1).ToList() : null;
            given[argument.Name] = Value(argument, [field.Name], new(rest, value, target));
        }

        return given;
    }

    private static IEnumerable<(IReadOnlyList<string> Path, bool IsId)> Leaves(
        InputValue input, IReadOnlyList<string> path, HashSet<string> inside) => input.Type.Named switch
        {
            InputObjectType type when inside.Contains(type.Name) => [],
            InputObjectType type => type.Fields.SelectMany(f => Leaves(f, [.. path, f.Name], [.. inside, type.Name])),
            { Name: "ID" } => [(path, true)],
            { Name: "String" } => [(path, false)],
            _ => [],
        };

    private JsonNode? Value(InputValue input, IReadOnlyList<string> outer, Wish wish)
    {
        IReadOnlyList<string> names = [input.Name, .. outer];
        JsonNode? value = input.Type.Named switch
        {
            InputObjectType type => Object(type, names, wish),
            EnumType type => Choices.GetValueOrDefault(type.Name, type.Values[0].Name),
            { Name: "ID" } => wish.Rest is [] ? wish.Value : own.IdFor(names, wish.Target),
            { Name: "String" } when wish.Rest is [] => wish.Value,
            var scalar => Scalar(input.Name, scalar.Name),
        };
        return IsList(input.Type) ? new JsonArray(value) : value;
    }

    private JsonObject Object(InputObjectType type, IReadOnlyList<string> names, Wish wish)
    {
        var next = wish.Rest is [var first, ..] ? first : null;
        var wanted = type.IsOneOf
            ? type.Fields.Where(f => f.Name == (next ?? type.Fields[0].Name))
            : type.Fields.Where(
                f => f.IsRequired || f.Name == next || (AlsoNeeded.Contains(f.Name) && !IsFilter(type)));
        return new(wanted.Select(f => KeyValuePair.Create(
            f.Name, Value(f, names, wish with { Rest = f.Name == next ? wish.Rest!.Skip(1).ToList() : null }))));
    }

    private JsonNode Scalar(string name, string type) => type switch
    {
        "String" when own.Texts.TryGetValue(name, out var text) => text,
        _ when Words.TryGetValue(name, out var word) => word,
        _ when Scalars.TryGetValue(type, out var value) => value.DeepClone(),
        _ => throw new InvalidOperationException(
            $"Nobody said what a {type} named '{name}' may be; add it to InputFiller."),
    };

    private static bool IsFilter(InputObjectType type) => type.Name.EndsWith("Filter", StringComparison.Ordinal);

    private static bool IsList(GraphQLType type) => type.Nullable is ListType;

    private sealed record Wish(IReadOnlyList<string>? Rest, string? Value, string? Target);
}
