using System.Text.Json.Nodes;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.Isolation;

/// <summary>Walks a world through its own key: reads every type, and so learns its ids and cursors.</summary>
internal sealed class Explorer(SchemaWalk walk, World world)
{
    /// <summary>Text fields in which the world's marker was seen, and those in which other text was.</summary>
    public Dictionary<string, bool> Texts { get; } = [];

    /// <summary>
    /// One document for each object type that can be read; complete after <see cref="ExploreAsync"/>.
    /// </summary>
    public Dictionary<ObjectType, Ask> Reads { get; } = [];

    /// <summary>Object types that were seen in an answer.</summary>
    public HashSet<string> Seen { get; } = [];

    /// <summary>Reads until no new kind of id comes to light.</summary>
    public async Task ExploreAsync()
    {
        for (var known = -1; known < world.Ids.Count;)
        {
            known = world.Ids.Count;
            Reads.Clear();
            foreach (var (type, way) in walk.Ways(world))
            {
                Reads[type] = SchemaWalk.Write(
                    "query", way, type == walk.Schema.Query ? "__typename" : walk.Select(type, 0));
                await ReadAsync(Reads[type]);
            }
        }
    }

    private async Task ReadAsync(Ask ask)
    {
        var answer = await world.Key.AskAsync(ask.Text, ask.Variables);
        Assert.True(answer.Json["errors"] is null, $"{ask.Text}\n{ask.Variables}\n{answer.Text}");
        walk.Note(answer.Json["data"], walk.Schema.Query!, Remember);
        Mark(answer.Json["data"]);
    }

    private void Mark(JsonNode? node)
    {
        if (node is JsonObject o)
        {
            Seen.Add(o["__typename"]?.GetValue<string>() ?? "");
        }

        foreach (var child in node is JsonObject m ? m.Select(c => c.Value) : node is JsonArray a ? a : [])
        {
            Mark(child);
        }
    }

    private void Remember(string place, string scalar, string text)
    {
        if (scalar == "ID" && GlobalId.TryParse(text, out var type, out var local))
        {
            world.AllIds.Add(text);
            world.AllIds.Add(local);
            if (!world.Ids.ContainsKey(type)
                || type == "AttributeDefinition" && local.Contains(world.Marker, StringComparison.Ordinal))
            {
                world.Ids[type] = text;
            }
        }
        else if (place.EndsWith("ursor", StringComparison.Ordinal))
        {
            world.Cursors.Add(text);
        }
        else if (scalar is "String" or "URL" or "JSON")
        {
            Texts[place] = Texts.GetValueOrDefault(place) | text.Contains(
                world.Marker, StringComparison.OrdinalIgnoreCase);
        }
    }
}
