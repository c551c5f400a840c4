using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Live;

/// <summary>A subscription over server-sent events, read as a screen would read it.</summary>
public sealed class TestStream : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private TestStream(HttpResponseMessage answer, Stream content) => (_answer, _lines) = (answer, new(content));

    /// <summary>Whether the server said that nothing more comes.</summary>
    public bool IsComplete { get; private set; }

    public static Task<TestStream> OpenAsync(TestKey key, string query, object? variables = null) =>
        OpenAsync(key.Cloud.Client(), "/graphql", key.Text, query, variables);

    /// <summary>Ends when the subscription has begun: what happens from now on is heard.</summary>
    public static async Task<TestStream> OpenAsync(
        HttpClient client, string address, string key, string query, object? variables = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = JsonContent.Create(new { query, variables = variables ?? new { } }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Accept.ParseAdd("text/event-stream");
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        return new(answer, await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>The next answer; null when the stream has ended.</summary>
    public async Task<JsonNode?> NextAsync()
    {
        while (await _lines.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            IsComplete |= line == "event: complete";
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                return JsonNode.Parse(line[6..]);
            }
        }

        return null;
    }

    /// <summary>The field of the next answer, which must be without errors.</summary>
    public async Task<JsonNode> ValueAsync()
    {
        var answer = await NextAsync();
        Assert.True(answer?["errors"] is null && answer is not null, answer?.ToJsonString() ?? "The stream has ended.");
        return answer!["data"]!.AsObject().Single().Value!;
    }

    /// <summary>The code of the error that is the next answer, after which the stream is complete.</summary>
    public async Task<string?> RefusalAsync()
    {
        var code = (await NextAsync())?["errors"]?[0]?["extensions"]?["code"]?.GetValue<string>();
        Assert.Null(await NextAsync());
        Assert.True(IsComplete);
        return code;
    }

    /// <summary>
    /// Lets the test's clock go on until something is heard: who waits for it may not have begun to wait yet.
    /// </summary>
    public static async Task<T> WhileTimePassesAsync<T>(Task<T> heard, FakeClock clock, TimeSpan step)
    {
        while (!heard.IsCompleted)
        {
            clock.Advance(step);
            await ((Task)heard).WaitAsync(TimeSpan.FromMilliseconds(200)).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        return await heard;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _answer.Dispose();
    }
}
