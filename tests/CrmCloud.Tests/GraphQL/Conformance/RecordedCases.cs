using System.Text.Json;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL;

/// <summary>
/// A folder of calls recorded while graphql-js 16.11 ran its own tests: `*.jsonl` beside `schemas.json`. Only rows that
/// can be replayed alone are read.
/// </summary>
internal sealed class RecordedCases(string folder)
{
    private readonly Dictionary<int, Schema> _schemas = [];
    private JsonElement? _schemaTexts;

    /// <summary>The files that can be replayed, in the order in which the language is built up.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        "parse.jsonl", "validate.jsonl", "validateSDL.jsonl", "validateSchema.jsonl", "execute.jsonl", "coerce.jsonl",
        "variables.jsonl",
    ];

    public bool Has(string file) => File.Exists(Path.Combine(folder, file));

    public IEnumerable<JsonElement> Rows(string file) =>
        File.ReadLines(Path.Combine(folder, file))
            .Where(line => line.Length > 0)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Where(row => row.GetProperty("portable").GetBoolean());

    public Schema Schema(int index)
    {
        lock (_schemas)
        {
            return _schemas.TryGetValue(index, out var schema)
                ? schema
                : _schemas[index] = SchemaFromSdl.Build(SchemaText(index));
        }
    }

    public string SchemaText(int index)
    {
        _schemaTexts ??= JsonSerializer.Deserialize<JsonElement>(
            File.ReadAllText(Path.Combine(folder, "schemas.json")));
        return _schemaTexts.Value.GetProperty("schemas")[index].GetString()!;
    }

    /// <summary>A file that lies beside the folder.</summary>
    public string Text(string file) => File.ReadAllText(Path.Combine(folder, "..", file));

    /// <summary>One line for each error, with its places.</summary>
    public static string Text(IEnumerable<GraphQLError> errors) => string.Join(
        '\n', errors.Select(e => $"{e.Message} @ {string.Join(' ', e.Locations.Select(l => $"{l.Line}:{l.Column}"))}"));

    /// <summary>The recorded errors in the same form.</summary>
    public static string Text(JsonElement errors) => string.Join(
        '\n', errors.EnumerateArray().Select(e => $"{e.GetProperty("message").GetString()} @ {Places(e)}"));

    public static string Places(JsonElement error) => error.TryGetProperty("locations", out var places)
        ? string.Join(' ', places.EnumerateArray().Select(p => $"{p.GetProperty("line")}:{p.GetProperty("column")}"))
        : "";
}
