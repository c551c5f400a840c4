using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace CrmCloud.BlackBox.Crash;

/// <summary>One import over HTTP and what can be seen of it afterwards.</summary>
public sealed class Import
{
    private const string Stage = """
        mutation ($input: UploadInput!, $options: MutationOptions) {
          stagedUploadCreate(input: $input, options: $options) { upload { url uploadId } userErrors { message } }
        }
        """;

    private const string Begin = """
        mutation ($input: BulkImportInput!, $options: MutationOptions) {
          bulkImport(input: $input, options: $options) { operation { id } userErrors { message } }
        }
        """;

    private const string Look = """
        query ($id: ID!) {
          bulkOperation(id: $id) {
            status failure rowsTotal rowsDone rowsFailed errorsUrl
            errors { row line character column code message }
            summary {
              read created updated unchanged rejected skipped customersCreated
              rows { read created updated unchanged rejected skipped }
              skipReasons { reason records rows }
              topErrors { code column count exampleRow exampleLine exampleMessage }
            }
          }
        }
        """;

    private const string Stored = """
        query ($id: String!, $after: String) {
          customer(ref: {externalId: {source: "till", id: $id}}) {
            transactions(first: 60, after: $after) {
              nodes { externalId { id } kind amount { amount } items { sku } } pageInfo { hasNextPage endCursor }
            }
          }
        }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Shop _shop;
    private readonly string _id;

    private Import(Shop shop, string id) => (_shop, _id) = (shop, id);

    public static async Task<Import> StartAsync(Shop shop, OrderFile file)
    {
        var upload = await shop.DoAsync(Stage, new
        {
            input = new { filename = "orders.csv", bytes = file.Content.Length, contentType = "text/csv" },
            options = new { idempotencyKey = "stage" },
        });
        var place = upload.GetProperty("upload");
        await shop.PutAsync(place.GetProperty("url").GetString()!, file.Content);
        var begun = await shop.DoAsync(Begin, new
        {
            input = new
            {
                target = "TRANSACTIONS",
                uploadId = place.GetProperty("uploadId").GetString(),
                format = "CSV",
                mapping = OrderFile.Mapping,
            },
            options = new { idempotencyKey = "begin" },
        });
        return new(shop, begun.GetProperty("operation").GetProperty("id").GetString()!);
    }

    public async Task<bool> HasEndedAsync() => Text(await LookAsync(), "status") is not ("QUEUED" or "RUNNING");

    public async Task WaitUntilEndedAsync()
    {
        var watch = Stopwatch.StartNew();
        while (!await HasEndedAsync())
        {
            Assert.True(watch.Elapsed < Patience, $"The import does not end: {await LookAsync()}");
            await Task.Delay(50);
        }
    }

    /// <summary>Status, every counter, the errors shown and the file of rejected rows, byte for byte.</summary>
    public async Task<List<string>> ReportAsync()
    {
        var operation = await LookAsync();
        var parts = operation.EnumerateObject()
            .Where(part => part.Name != "errorsUrl")
            .Select(part => $"{part.Name} {part.Value}");
        return [.. parts, await _shop.GetAsync(Text(operation, "errorsUrl")!)];
    }

    /// <summary>Counters that can be told from the file alone.</summary>
    public async Task CheckCountersAsync(OrderFile file)
    {
        var operation = await LookAsync();
        var summary = operation.GetProperty("summary");
        Assert.Equal("PARTIALLY_FAILED", Text(operation, "status"));
        Assert.Equal(file.Good.Count, summary.GetProperty("created").GetInt32());
        Assert.Equal(file.BadRecords, summary.GetProperty("rejected").GetInt32());
        Assert.Equal(file.Good.Count + file.BadRecords, summary.GetProperty("read").GetInt32());
        Assert.Equal(file.Rows, operation.GetProperty("rowsDone").GetInt32());
        Assert.Equal(file.Rows, summary.GetProperty("rows").GetProperty("read").GetInt32());
    }

    /// <summary>Every good record is stored once, as the file has it; nothing else is.</summary>
    public async Task CheckStoredAsync(OrderFile file)
    {
        var found = new List<string>();
        for (var customer = 0; customer < file.Customers; customer++)
        {
            found.AddRange(await StoredAsync(OrderFile.CustomerId(customer)));
        }

        WritersTests.Same(file.Good, found);
    }

    private async Task<IEnumerable<string>> StoredAsync(string id)
    {
        if ((await _shop.AskAsync(Stored, new { id })).GetProperty("customer").ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        var orders = await _shop.AllAsync(Stored, ["customer", "transactions"], new() { ["id"] = id });
        return orders.Select(one => string.Create(CultureInfo.InvariantCulture,
            $"{id} {Text(one.GetProperty("externalId"), "id")} {Text(one, "kind")} "
                + $"{Text(one.GetProperty("amount"), "amount")} {one.GetProperty("items").GetArrayLength()}"));
    }

    private async Task<JsonElement> LookAsync() =>
        (await _shop.AskAsync(Look, new { id = _id })).GetProperty("bulkOperation");

    private static string? Text(JsonElement one, string name) => one.GetProperty(name).GetString();
}
