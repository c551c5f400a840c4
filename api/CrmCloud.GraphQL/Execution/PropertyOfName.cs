using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// The resolver of fields built from SDL: the member of that name of a JSON object, dictionary or C# object.
/// </summary>
internal static class PropertyOfName
{
    private static readonly ConcurrentDictionary<(Type, string), PropertyInfo?> Properties = new();

    public static PureResolver Resolver(string name) =>
        new(context => context.Parent is { } parent ? Get(parent, name) : null)
        {
            Direct = parent => Get(parent, name),
        };

    public static object? Get(object parent, string name) => parent switch
    {
        JsonElement json =>
            json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : null,
        IReadOnlyDictionary<string, object?> map => map.GetValueOrDefault(name),
        _ => Find(parent.GetType(), name)?.GetValue(parent),
    };

    private static PropertyInfo? Find(Type type, string name) =>
        Properties.GetOrAdd((type, name), key => key.Item1.GetProperty(
            key.Item2, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase));
}
