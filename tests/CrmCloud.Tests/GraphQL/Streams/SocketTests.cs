using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Http;

namespace CrmCloud.Tests.GraphQL.Streams;

public sealed class SocketTests
{
    private const string Init = """{"type":"connection_init","payload":{"authorization":"Bearer good"}}""";

    private static readonly StreamLimits Short = StreamLimits.Default with
    {
        InitTime = TimeSpan.FromMilliseconds(200),
        KeepAlive = TimeSpan.FromMilliseconds(50),
        CallerAge = TimeSpan.Zero,
        SubscriptionsPerConnection = 2,
        ConnectionsPerCaller = 2,
        MessageBytes = 1000,
    };

    [Theory]
    [InlineData("not json", 4400)]
    [InlineData("[]", 4400)]
    [InlineData("""{"type":7}""", 4400)]
    [InlineData("""{"type":"unheard"}""", 4400)]
    [InlineData("""{"type":"subscribe"}""", 4400)]
    [InlineData("""{"type":"connection_init","payload":[]}""", 4400)]
    [InlineData("""{"type":"connection_init","payload":{"authorization":"\ud800"}}""", 4400)]
    [InlineData("""{"id":"1","type":"subscribe","payload":{"query":"{ ping }"}}""", 4401)]
    [InlineData("""{"type":"connection_init","payload":{"authorization":"Bearer bad"}}""", 4403)]
    [InlineData("""{"type":"connection_init"}""", 4403)]
    public async Task A_wrong_first_message_closes_the_socket_with_the_code_that_says_why(string message, int code)
    {
        await using var tower = await BellTower.StartAsync();
        using var socket = await TestSocket.OpenAsync(tower.Socket);

        await socket.SayAsync(message);

        Assert.Equal(code, await socket.ClosedAsync());
    }

    [Theory]
    [InlineData(Init, 4429)]
    [InlineData("""{"id":"1","type":"subscribe","payload":{}}""", 4400)]
    [InlineData("""{"id":"1","type":"subscribe","payload":{"query":7}}""", 4400)]
    public async Task A_wrong_later_message_closes_the_socket_with_the_code_that_says_why(string message, int code)
    {
        await using var tower = await BellTower.StartAsync();
        using var socket = await TestSocket.OpenAsync(tower.Socket, Init);

        await socket.SayAsync(message);

        Assert.Equal(code, await socket.ClosedAsync());
    }

    [Fact]
    public async Task One_id_names_one_operation_at_a_time()
    {
        await using var tower = await BellTower.StartAsync();
        using var socket = await TestSocket.OpenAsync(tower.Socket, Init);

        await socket.SubscribeAsync("1", "subscription { never }");
        await socket.SubscribeAsync("1", "subscription { never }");

        Assert.Equal(4409, await socket.ClosedAsync());
    }

    [Fact]
    public async Task Silence_or_another_protocol_is_not_waited_for()
    {
        await using var tower = await BellTower.StartAsync(Short);
        using var silent = await TestSocket.OpenAsync(tower.Socket);
        using var other = await TestSocket.OpenAsync(tower.Socket, protocol: "graphql-ws");

        Assert.Equal(4408, await silent.ClosedAsync());
        Assert.Equal(4406, await other.ClosedAsync());
    }

    [Fact]
    public async Task Sockets_of_nobody_take_no_place_of_those_who_said_who_they_are()
    {
        await using var tower = await BellTower.StartAsync(StreamLimits.Default with
        {
            Connections = 1, UnknownPerAddress = 3, InitTime = TimeSpan.FromSeconds(15),
        });
        using var one = await TestSocket.OpenAsync(tower.Socket);
        using var two = await TestSocket.OpenAsync(tower.Socket);

        // The only place is free still, and a third unknown one may say who it is; then it is none of the unknown.
        using var known = await TestSocket.OpenAsync(tower.Socket, Init);
        using var three = await TestSocket.OpenAsync(tower.Socket);
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => TestSocket.OpenAsync(tower.Socket));
        Assert.Contains("429", refused.Message, StringComparison.Ordinal);
        await three.SayAsync(Init);
        Assert.Equal(1013, await three.ClosedAsync());

        await known.SubscribeAsync("1", "{ ping }");
        Assert.Contains("pong", await known.HearAsync("next"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_operations_and_connections_have_limits()
    {
        await using var tower = await BellTower.StartAsync(Short);
        using var socket = await TestSocket.OpenAsync(tower.Socket, Init);
        await socket.SubscribeAsync("1", "subscription { never }");
        await socket.SubscribeAsync("2", "subscription { never }");
        await socket.SubscribeAsync("3", "{ ping }");
        Assert.Contains("TOO_MANY_SUBSCRIPTIONS", await socket.HearAsync("error"), StringComparison.Ordinal);

        using var second = await TestSocket.OpenAsync(tower.Socket, Init);
        using var third = await TestSocket.OpenAsync(tower.Socket);
        await third.SayAsync(Init);
        Assert.Equal(1013, await third.ClosedAsync());

        await second.SayAsync(new string(' ', 1001));
        Assert.Equal(1009, await second.ClosedAsync());
    }

    [Fact]
    public async Task Completing_operations_does_not_lift_their_limit()
    {
        var held = Task.CompletedTask;
        var release = new TaskCompletionSource();
        await using var tower = await BellTower.StartAsync(options: new GraphQLHttpOptions
        {
            Authenticate = async _ =>
            {
                await held;
                return RequestStateOrRefusal.Allow(new RequestState().Set(new Listener("slow")));
            },
            Streams = Short with { KeepAlive = TimeSpan.FromMinutes(1) },
        });
        using var socket = await TestSocket.OpenAsync(tower.Socket, Init);
        held = release.Task;

        foreach (var id in Enumerable.Range(0, 10))
        {
            await socket.SubscribeAsync($"{id}", "{ ping }");
            await socket.SayAsync($$"""{"id":"{{id}}","type":"complete"}""");
        }

        await socket.SayAsync("""{"type":"ping"}""");
        var pong = socket.HearAsync("pong");
        await Assert.ThrowsAsync<TimeoutException>(() => pong.WaitAsync(TimeSpan.FromMilliseconds(300)));
        release.SetResult();
        await pong;
    }

    [Fact]
    public async Task A_client_that_reads_no_refusals_does_not_get_more_of_them_made()
    {
        const int Operations = 20_000;
        var refused = 0;
        await using var tower = await BellTower.StartAsync(
            Short with { SubscriptionsPerConnection = 0, MessageBytes = 5_000, WriteTime = TimeSpan.FromSeconds(3) },
            execution: new ExecutorOptions
            {
                OnError = (error, _) =>
                {
                    Interlocked.Increment(ref refused);
                    return error;
                },
            });
        using var socket = await TestSocket.OpenAsync(tower.Socket, Init);

        // Each id comes back in its refusal, six bytes for one.
        var id = new string('\x1', 190);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            for (var i = 0; ; i++)
            {
                await socket.SubscribeAsync($"{id}{i}", "{ ping }");
            }
        });

        Assert.InRange(refused, 1, Operations / 2);
    }

    [Fact]
    public async Task What_a_client_completes_is_cancelled_and_its_id_is_free_again()
    {
        await using var tower = await BellTower.StartAsync();
        using var socket = await TestSocket.OpenAsync(tower.Socket, Init);
        await socket.SubscribeAsync("1", """subscription { rung(note: "complete") { number later } }""");
        await ListenersAsync("complete", 1);

        Bell.Hub.Publish("complete", new Ring(7, "complete"));
        Assert.Contains(
            """{"number":7,"later":"complete 7"}""", await socket.HearAsync("next"), StringComparison.Ordinal);
        await socket.SayAsync("""{"id":"1","type":"complete"}""");
        await ListenersAsync("complete", 0);
        await socket.SubscribeAsync("1", "{ ping }");

        Assert.Contains("pong", await socket.HearAsync("next"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completing_a_busy_subscription_leaves_the_socket_to_the_others()
    {
        await using var tower = await BellTower.StartAsync();
        using var socket = await TestSocket.OpenAsync(tower.Socket, Init);
        for (var round = 0; round < 100; round++)
        {
            await socket.SubscribeAsync("busy", "subscription { count(to: 1000000) }");
            await socket.HearAsync("next");
            await socket.SayAsync("""{"id":"busy","type":"complete"}""");
        }

        await socket.SubscribeAsync("last", "subscription { unknown }");
        Assert.Contains("\"id\":\"last\"", await socket.HearAsync("error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_key_hears_no_further_event()
    {
        await using var tower = await BellTower.StartAsync(Short with { KeepAlive = TimeSpan.FromMinutes(1) });
        using var socket = await TestSocket.OpenAsync(tower.Socket, Init);
        await socket.SubscribeAsync("1", """subscription { rung(note: "revoked") { number } }""");
        await ListenersAsync("revoked", 1);

        tower.Keys.Clear();
        Bell.Hub.Publish("revoked", new Ring(1, "revoked"));

        Assert.Contains("UNAUTHENTICATED", await socket.HearAsync("error"), StringComparison.Ordinal);
        await ListenersAsync("revoked", 0);
    }

    [Fact]
    public async Task A_socket_that_only_waits_is_closed_when_its_key_is_revoked()
    {
        await using var tower = await BellTower.StartAsync(Short);
        using var socket = await TestSocket.OpenAsync(tower.Socket, Init);

        tower.Keys.Clear();

        Assert.Equal(4403, await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_host_that_stops_says_so_and_takes_its_listeners_away()
    {
        await using var tower = await BellTower.StartAsync();
        using var socket = await TestSocket.OpenAsync(tower.Socket, Init);
        await socket.SubscribeAsync("1", """subscription { rung(note: "stops") { number } }""");
        await socket.SubscribeAsync("2", "subscription { never }");
        await ListenersAsync("stops", 1);

        var stopping = tower.StopAsync();

        Assert.Equal(1001, await socket.ClosedAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, Bell.Hub.ListenersOf("stops"));
    }

    /// <summary>Waits until the hub has that many listeners; fails after ten seconds.</summary>
    internal static async Task ListenersAsync(string note, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Bell.Hub.ListenersOf(note) != count)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}

/// <summary>A client that says just what it is told to.</summary>
public sealed class TestSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(20));

    /// <param name="init">Said at once, and its answer awaited; null to say nothing.</param>
    public static async Task<TestSocket> OpenAsync(
        Uri address, string? init = null, string protocol = "graphql-transport-ws")
    {
        var socket = new TestSocket();
        socket._socket.Options.AddSubProtocol(protocol);
        try
        {
            await socket._socket.ConnectAsync(address, socket._limit.Token);
        }
        catch (WebSocketException) when (protocol != "graphql-transport-ws")
        {
            // The client itself refuses a server that does not take up its protocol.
        }

        if (init is not null)
        {
            await socket.SayAsync(init);
            await socket.HearAsync("connection_ack");
        }

        return socket;
    }

    public Task SayAsync(string message) => _socket.SendAsync(
        Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, _limit.Token);

    public Task SubscribeAsync(string id, string query) => SayAsync(
        JsonSerializer.Serialize(new { id, type = "subscribe", payload = new { query } }));

    /// <summary>The next message of the type; others are passed over.</summary>
    public async Task<string> HearAsync(string type)
    {
        while (await NextAsync() is { } message)
        {
            using var json = JsonDocument.Parse(message);
            if (json.RootElement.GetProperty("type").GetString() == type)
            {
                return message;
            }
        }

        throw new InvalidOperationException($"Closed with {_socket.CloseStatus} before any {type}.");
    }

    public async Task<int> ClosedAsync()
    {
        while (await NextAsync() is not null)
        {
            // Read on to the close.
        }

        return (int)_socket.CloseStatus!.Value;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _limit.Dispose();
    }

    private async Task<string?> NextAsync()
    {
        var bytes = new byte[100_000];
        var part = await _socket.ReceiveAsync(bytes, _limit.Token);
        return part.MessageType == WebSocketMessageType.Close ? null : Encoding.UTF8.GetString(bytes, 0, part.Count);
    }
}
