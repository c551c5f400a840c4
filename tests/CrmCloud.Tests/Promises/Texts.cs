using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Promises;

/// <summary>Requests that several promises are shown with.</summary>
internal static class Texts
{
    public const string CustomerSelect =
        "customer { id version displayName email createdAt } meta { replayed dryRun changes { path before after } }";

    public static readonly string Create = TestKey.Text1("customerCreate", "CustomerInput", CustomerSelect);

    public static readonly string Update = TestKey.Text1("customerUpdate", "CustomerUpdateInput", CustomerSelect);

    /// <summary>A customer named from outside, so that a second one of it would be refused.</summary>
    public static object Customer(string id, string name = "Ada Lovelace") =>
        new { externalIds = new[] { new { source = "shop", id } }, displayName = name };

    /// <summary>Makes a customer and says his id.</summary>
    public static async Task<string> MakeAsync(TestKey key, string id) =>
        (await key.DoAsync(
            "customerCreate", "CustomerInput", Customer(id), CustomerSelect))["customer"]!["id"]!.GetValue<string>();

    /// <summary>
    /// The answer without what tells two requests of one effect apart: the request's own id and whether it was
    /// replayed.
    /// </summary>
    public static string Plain(TestAnswer answer)
    {
        var json = JsonNode.Parse(answer.Text)!;
        json["extensions"]?.AsObject().Remove("requestId");
        foreach (var (_, payload) in json["data"]!.AsObject())
        {
            (payload?["meta"] as JsonObject)?.Remove("replayed");
        }

        return json.ToJsonString();
    }
}
