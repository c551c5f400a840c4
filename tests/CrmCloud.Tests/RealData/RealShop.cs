using System.Text.Json.Nodes;

namespace CrmCloud.Tests.RealData;

/// <summary>Brings a public file into the product the way a customer would.</summary>
internal static class RealShop
{
    /// <summary>Sends the file as it is, imports it, and lets the figures catch up.</summary>
    /// <returns>The finished operation.</returns>
    public static async Task<JsonNode> ImportAsync(TestKey key, string file, string? delimiter, params object[] mapping)
    {
        await using var content = File.OpenRead(file);
        var uploadId = await key.UploadAsync(Path.GetFileName(file), content);
        var started = await key.DoAsync("bulkImport", "BulkImportInput",
            new { target = "TRANSACTIONS", uploadId, format = "CSV", mapping, delimiter }, "operation { id }");

        await key.WorkAsync();

        var done = await key.GetAsync(
            """
            query($id: ID!) {
              bulkOperation(id: $id) {
                status rowsDone rowsTotal
                summary {
                  read created rejected skipped customersCreated
                  rows { read created updated unchanged rejected skipped }
                  skipReasons { reason rows }
                }
              }
            }
            """, new { id = started["operation"]!["id"]!.GetValue<string>() });
        return done["bulkOperation"]!;
    }
}
