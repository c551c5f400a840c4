using System.Net;
using System.Net.Http.Json;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Http;

namespace CrmCloud.Tests.GraphQL.Streams;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Events_come_one_by_one_over_post_and_over_get()
    {
        await using var tower = await BellTower.StartAsync();

        var posted = await TextAsync(tower, "subscription { count(to: 2) }");
        var got = await TextAsync(tower, null, "?query=subscription{count(to:2)}");

        const string expected =
            ":\n\nevent: next\ndata: {\"data\":{\"count\":1}}\n\n"
            + "event: next\ndata: {\"data\":{\"count\":2}}\n\nevent: complete\ndata: \n\n";
        Assert.Equal(expected, posted);
        Assert.Equal(expected, got);
    }

    [Fact]
    public async Task A_subscription_without_a_stream_and_a_mutation_by_get_are_refused()
    {
        await using var tower = await BellTower.StartAsync();

        using var single = await tower.Client.PostAsJsonAsync(
            tower.Address, new { query = "subscription { count(to: 2) }" });
        using var mutation = await SendAsync(tower, null, "?query=mutation{strike(note:\"x\")}");

        Assert.Contains("STREAM_NEEDED", await single.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, mutation.StatusCode);
    }

    [Fact]
    public async Task A_caller_without_a_key_or_with_too_many_streams_gets_an_http_error()
    {
        await using var tower = await BellTower.StartAsync(StreamLimits.Default with { ConnectionsPerCaller = 1 });
        using var first = await SendAsync(tower, "subscription { never }");
        using var second = await SendAsync(tower, "subscription { never }");
        tower.Client.DefaultRequestHeaders.Clear();
        using var unknown = await SendAsync(tower, "subscription { never }");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
    }

    [Fact]
    public async Task A_quiet_stream_is_kept_alive_by_comments_and_ends_when_the_key_is_revoked()
    {
        await using var tower = await BellTower.StartAsync(StreamLimits.Default with
        {
            KeepAlive = TimeSpan.FromMilliseconds(20), CallerAge = TimeSpan.Zero,
        });
        using var answer = await SendAsync(tower, "subscription { never }");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var quiet = new char[6];
        await reader.ReadBlockAsync(quiet);
        Assert.Equal(":\n\n:\n\n", new string(quiet));

        tower.Keys.Clear();

        var rest = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("Unknown key.", rest, StringComparison.Ordinal);
        Assert.EndsWith("event: complete\ndata: \n\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_away_is_no_listener_any_more()
    {
        await using var tower = await BellTower.StartAsync();
        using (await SendAsync(tower, """subscription { rung(note: "away") { number } }"""))
        {
            await SocketTests.ListenersAsync("away", 1);
        }

        await SocketTests.ListenersAsync("away", 0);
    }

    [Fact]
    public async Task A_host_that_stops_ends_its_streams_without_calling_them_complete()
    {
        await using var tower = await BellTower.StartAsync();
        using var answer = await SendAsync(tower, "subscription { never }");
        var reading = answer.Content.ReadAsStringAsync();

        await tower.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.DoesNotContain("complete", await reading, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_slower_than_its_buffer_is_ended_with_an_error_after_what_was_buffered()
    {
        var hub = new EventHub<string, int>(bufferedEvents: 3);
        var events = hub.Listen("a", CancellationToken.None);
        for (var i = 1; i <= 5; i++)
        {
            hub.Publish("a", i);
        }

        var heard = new List<int>();
        var end = await Assert.ThrowsAsync<GraphQLRequestException>(async () =>
        {
            await foreach (var happened in events)
            {
                heard.Add(happened);
            }
        });

        Assert.Equal([1, 2, 3], heard);
        Assert.Equal("SUBSCRIBER_TOO_SLOW", end.Code);
        Assert.Equal(0, hub.ListenersOf("a"));
    }

    [Fact]
    public async Task A_source_is_not_asked_for_more_than_the_client_has_taken()
    {
        var made = 0;
        var schema = new SchemaBuilder().AddService<Func<int>>().AddRoots<Lazy>().Build();
        var request = new GraphQLRequest
        {
            Document = "subscription { made }"u8.ToArray(),
            State = new RequestState(), Services = new Made(() => ++made),
        };
        var start = await new Executor(schema).StartAsync(request);
        await using var events = start.Events!;

        using var first = await events.NextAsync();
        using var second = await events.NextAsync();

        Assert.Equal("""{"data":{"made":2}}""", second!.ToString());
        Assert.Equal(2, made);
    }

    [Fact]
    public void A_stream_stands_for_a_subscription_and_nothing_else()
    {
        Assert.Contains("IAsyncEnumerable", Assert.Throws<CrmCloud.GraphQL.Types.SchemaException>(
            () => new SchemaBuilder().AddRoots<NotAStream>().Build()).Message, StringComparison.Ordinal);
        Assert.Contains("Query.list", Assert.Throws<CrmCloud.GraphQL.Types.SchemaException>(
            () => new SchemaBuilder().AddRoots<NotAList>().Build()).Message, StringComparison.Ordinal);
    }

    private static async Task<string> TextAsync(BellTower tower, string? query, string url = "")
    {
        using var answer = await SendAsync(tower, query, url);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        return await answer.Content.ReadAsStringAsync();
    }

    private static Task<HttpResponseMessage> SendAsync(BellTower tower, string? query, string url = "")
    {
        var request = new HttpRequestMessage(query is null ? HttpMethod.Get : HttpMethod.Post, tower.Address + url)
        {
            Content = query is null ? null : JsonContent.Create(new { query }),
        };
        request.Headers.Add("Accept", "text/event-stream");
        return tower.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private sealed class Made(Func<int> make) : IServiceProvider
    {
        public object? GetService(Type serviceType) =>
            serviceType == typeof(Func<int>) ? make
            : serviceType == typeof(Microsoft.Extensions.DependencyInjection.IServiceScopeFactory)
                ? throw new NotSupportedException()
            : null;
    }

    public sealed class Lazy
    {
        [Query]
        public string Ping() => "";

        [Subscription]
        public async IAsyncEnumerable<int> MadeAsync(Func<int> make)
        {
            while (true)
            {
                await Task.Yield();
                yield return make();
            }
        }
    }

    public sealed class NotAStream
    {
        [Query]
        public string Ping() => "";

        [Subscription]
        public int Once() => 1;
    }

    public sealed class NotAList
    {
        [Query]
        public IAsyncEnumerable<int> List() => throw new NotSupportedException();
    }
}
