using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace CrmCloud.BlackBox.Crash;

/// <summary>
/// A tenant of a server that goes away and comes back. Whatever is asked is asked again until it is answered.
/// </summary>
public sealed class Shop
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly ServerProcess _server;
    private readonly string _key;

    private Shop(ServerProcess server, string key) => (_server, _key) = (server, key);

    /// <summary>A new tenant in pounds and London time.</summary>
    public static async Task<Shop> CreateAsync(ServerProcess server, string slug)
    {
        var (exitCode, key, error) = await server.CommandAsync(
            "tenant", "create", slug, "--currency", "GBP", "--time-zone", "Europe/London");
        return exitCode == 0 ? new(server, key.Trim()) : throw new InvalidOperationException(error);
    }

    /// <summary>A server without the demo's data.</summary>
    public static Task<ServerProcess> StartServerAsync() => ServerProcess.StartAsync(("CrmCloud__Demo", "false"));

    /// <summary>The data of an answer.</summary>
    /// <exception cref="InvalidOperationException">The document was refused.</exception>
    public async Task<JsonElement> AskAsync(string query, object? variables = null)
    {
        var answer = await UntilAnsweredAsync(async () =>
        {
            using var response = await _server.PostAsync(_key, query, variables);
            return await response.Content.ReadFromJsonAsync<JsonElement>();
        });
        return answer.TryGetProperty("errors", out var errors)
            ? throw new InvalidOperationException(errors.ToString())
            : answer.GetProperty("data");
    }

    /// <summary>The payload of a mutation whose one field is asked for.</summary>
    /// <exception cref="InvalidOperationException">It did not do what it was asked.</exception>
    public async Task<JsonElement> DoAsync(string mutation, object variables)
    {
        var payload = (await AskAsync(mutation, variables)).EnumerateObject().Single().Value;
        var problems = payload.GetProperty("userErrors");
        return problems.GetArrayLength() == 0 ? payload : throw new InvalidOperationException(problems.ToString());
    }

    /// <summary>All nodes of a connection at the end of a path; the query has the variable $after.</summary>
    public async Task<List<JsonElement>> AllAsync(
        string query, string[] path, Dictionary<string, object?>? variables = null)
    {
        var all = new List<JsonElement>();
        for (string? after = null; ;)
        {
            var data = await AskAsync(query, new Dictionary<string, object?>(variables ?? []) { ["after"] = after });
            var connection = path.Aggregate(data, (at, name) => at.GetProperty(name));
            all.AddRange(connection.GetProperty("nodes").EnumerateArray());
            var page = connection.GetProperty("pageInfo");
            if (!page.GetProperty("hasNextPage").GetBoolean())
            {
                return all;
            }

            after = page.GetProperty("endCursor").GetString();
        }
    }

    /// <summary>Sends a file to an address of the server; once more does no harm.</summary>
    public Task<bool> PutAsync(string url, byte[] content) => UntilAnsweredAsync(async () =>
    {
        using var request = Request(HttpMethod.Put, url);
        request.Content = new ByteArrayContent(content);
        using var response = await _server.Http.SendAsync(request);
        return response.EnsureSuccessStatusCode().IsSuccessStatusCode;
    });

    public Task<string> GetAsync(string url) => UntilAnsweredAsync(async () =>
    {
        using var request = Request(HttpMethod.Get, url);
        using var response = await _server.Http.SendAsync(request);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    });

    // Addresses of earlier answers name the port of an earlier start.
    private HttpRequestMessage Request(HttpMethod method, string url)
    {
        var path = Uri.TryCreate(url, UriKind.Absolute, out var whole) && !whole.IsFile ? whole.PathAndQuery : url;
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        return request;
    }

    private static async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> ask)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception lost) when (
                lost is HttpRequestException or IOException or JsonException && watch.Elapsed < Patience)
            {
                // Killed before, during or after the work: the client cannot know, and asks again.
                await Task.Delay(20);
            }
        }
    }
}
