using System.Text.Json;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL;

/// <summary>
/// Calls recorded while graphql-js 16.11 ran its own tests. Only rows that can be replayed alone are read.
/// </summary>
internal static class GraphQLJs
{
    public const string Missing = "The recorded cases are not beside the checkout; set CRMCLOUD_SHARED.";

    private static readonly string? Folder = Find();
    private static readonly Dictionary<int, Schema> Schemas = [];
    private static JsonElement? _schemaTexts;

    public static bool IsPresent => Folder is not null;

    public static IEnumerable<JsonElement> Rows(string file) =>
        File.ReadLines(Path.Combine(Folder!, file))
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Where(row => row.GetProperty("portable").GetBoolean());

    public static Schema Schema(int index)
    {
        lock (Schemas)
        {
            return Schemas.TryGetValue(index, out var schema)
                ? schema
                : Schemas[index] = SchemaFromSdl.Build(SchemaText(index));
        }
    }

    public static string SchemaText(int index)
    {
        var path = Path.Combine(Folder!, "schemas.json");
        _schemaTexts ??= JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(path));
        return _schemaTexts.Value.GetProperty("schemas")[index].GetString()!;
    }

    /// <summary>A file that lies beside the recorded cases.</summary>
    public static string Text(string file) => File.ReadAllText(Path.Combine(Folder!, "..", file));

    /// <summary>One line for each error, with its places.</summary>
    public static string Text(IEnumerable<GraphQLError> errors) => string.Join(
        '\n', errors.Select(e => $"{e.Message} @ {string.Join(' ', e.Locations.Select(l => $"{l.Line}:{l.Column}"))}"));

    /// <summary>The recorded errors in the same form.</summary>
    public static string Text(JsonElement errors) => string.Join(
        '\n', errors.EnumerateArray().Select(e => $"{e.GetProperty("message").GetString()} @ {Places(e)}"));

    public static string Places(JsonElement error) => error.TryGetProperty("locations", out var places)
        ? string.Join(' ', places.EnumerateArray().Select(p => $"{p.GetProperty("line")}:{p.GetProperty("column")}"))
        : "";

    private static string? Find()
    {
        var shared = Environment.GetEnvironmentVariable("CRMCLOUD_SHARED") ?? BesideTheCheckout();
        var folder = shared is null ? null : Path.Combine(shared, "conformance", "graphql-js");
        return Directory.Exists(folder) ? folder : null;
    }

    private static string? BesideTheCheckout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CrmCloud.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.Parent is null ? null : Path.Combine(folder.Parent.FullName, "shared");
    }
}
