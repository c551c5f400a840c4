using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests;

/// <summary>Somebody who holds a key, and asks as a customer's program would: over HTTP.</summary>
/// <param name="Tenant">For <see cref="WorkAsync"/>; no part of any request.</param>
public sealed record TestKey(TestCloud Cloud, string Tenant, DataMode Mode, string Text)
{
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);

    public ITenantStore Store => Cloud.Stores.Open(Tenant, Mode);

    /// <summary>The whole answer, whatever it says.</summary>
    public async Task<TestAnswer> AskAsync(
        string query, object? variables = null, params (string Name, string Value)[] headers)
    {
        var body = JsonSerializer.Serialize(new { query, variables = variables ?? new { } }, Camel);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Text);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var client = Cloud.Client();
        using var response = await client.SendAsync(request);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The data of an answer without errors, business failures included.</summary>
    public async Task<JsonNode> GetAsync(string query, object? variables = null)
    {
        var answer = await AskAsync(query, variables);
        Assert.True(
            answer.Json["errors"] is null && !answer.Text.Contains("\"userErrors\":[{", StringComparison.Ordinal),
            answer.Text);
        return answer.Json["data"]!;
    }

    /// <summary>Runs a mutation that must succeed.</summary>
    /// <param name="select">Fields of its payload.</param>
    public async Task<JsonNode> DoAsync(
        string mutation, string inputType, object input, string select, object? options = null) =>
        (await GetAsync(Text1(mutation, inputType, select), new { input, options }))[mutation]!;

    /// <summary>The text of a document with one mutation, its input and options in variables.</summary>
    public static string Text1(string mutation, string inputType, string select) =>
        $"mutation($input: {inputType}!, $options: MutationOptions) {{ {mutation}(input: $input, options: $options) "
        + $"{{ {select} userErrors {{ code message field }} }} }}";

    /// <summary>Sends a file to where the product says, in one piece.</summary>
    /// <returns>The upload's id.</returns>
    public async Task<string> UploadAsync(string filename, Stream content)
    {
        var staged = (await DoAsync("stagedUploadCreate", "UploadInput",
            new { filename, bytes = content.Length, contentType = "text/csv" },
            "upload { url uploadId headers { name value } }"))["upload"]!;
        using var client = Cloud.Client();
        using var request = new HttpRequestMessage(HttpMethod.Put, staged["url"]!.GetValue<string>());
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Text);
        request.Content = new StreamContent(content);
        request.Content.Headers.ContentLength = content.Length;
        foreach (var header in staged["headers"]!.AsArray())
        {
            request.Content.Headers.TryAddWithoutValidation(
                header!["name"]!.GetValue<string>(), header["value"]!.GetValue<string>());
        }

        using var response = await client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return staged["uploadId"]!.GetValue<string>();
    }

    /// <summary>
    /// Runs what waits: imports, then figures, until both are up to date. What the hosted workers would do.
    /// </summary>
    public async Task WorkAsync()
    {
        var services = Cloud.Services;
        await services.GetRequiredService<ImportQueue>().RunPendingAsync(
            Store, services.GetRequiredService<UploadStore>().Open(Tenant, Mode), "test", () => { }, default);
        await services.GetRequiredService<TenantVisit>().RunAsync(new(Tenant, Mode), default);
    }
}

/// <summary>What came back.</summary>
public sealed record TestAnswer(HttpStatusCode Status, string Text)
{
    private JsonNode? _json;

    public JsonNode Json => _json ??= JsonNode.Parse(Text)!;

    /// <summary>The first top-level error's code; null where there is none.</summary>
    public string? ErrorCode => Json["errors"]?[0]?["extensions"]?["code"]?.GetValue<string>();

    /// <summary>Codes of the business failures of a mutation.</summary>
    public IReadOnlyList<string> UserErrors(string mutation) =>
        [.. (Json["data"]?[mutation]?["userErrors"]?.AsArray() ?? []).Select(e => e!["code"]!.GetValue<string>())];
}

/// <summary>Numbers as the API writes them.</summary>
public static class TestNumbers
{
    /// <summary>A Decimal of an answer; null where it is null.</summary>
    public static decimal? Exact(this JsonNode? node) =>
        node is null ? null : decimal.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture);
}
