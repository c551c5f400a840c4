using System.Runtime.CompilerServices;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CrmCloud.Tests.GraphQL.Streams;

public sealed record Listener(string Key);

public sealed record Ring(int Number, string Note)
{
    public Task<string> LaterAsync() => Task.FromResult($"{Note} {Number}");
}

/// <summary>Subscriptions of every kind.</summary>
public sealed class Bell
{
    public static EventHub<string, Ring> Hub { get; } = new(bufferedEvents: 4);

    [Query]
    public string Ping() => "pong";

    [Query]
    public string Who(Listener listener) => listener.Key;

    [Mutation]
    public int Strike(string note, int times = 1)
    {
        for (var i = 1; i <= times; i++)
        {
            Hub.Publish(note, new Ring(i, note));
        }

        return Hub.ListenersOf(note);
    }

    /// <summary>Rings of one note from now on.</summary>
    [Subscription]
    public IAsyncEnumerable<Ring> Rung(string note, CancellationToken stop) => Hub.Listen(note, stop);

    [Subscription]
    public async IAsyncEnumerable<int> CountAsync(int to, [EnumeratorCancellation] CancellationToken stop)
    {
        for (var i = 1; i <= to; i++)
        {
            await Task.Yield();
            stop.ThrowIfCancellationRequested();
            yield return i;
        }
    }

    [Subscription]
    public Task<IAsyncEnumerable<int>> FailsToOpenAsync() =>
        throw new GraphQLRequestException("NO_BELL", "There is no bell.");

    [Subscription]
    public async IAsyncEnumerable<string> BreaksAsync()
    {
        yield return "one";
        await Task.Yield();
        throw new InvalidOperationException("secret detail");
    }

    /// <summary>Does not watch its token.</summary>
    [Subscription]
    public async IAsyncEnumerable<string> NeverAsync()
    {
        await new TaskCompletionSource().Task;
        yield return "";
    }
}

/// <summary>A real server for <see cref="Bell"/> on a free port of this machine.</summary>
public sealed class BellTower : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BellTower(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    public Uri Socket => new(Address.ToString().Replace("http:", "ws:", StringComparison.Ordinal));

    public HttpClient Client { get; } = new();

    /// <summary>Keys that are let in.</summary>
    public HashSet<string> Keys { get; } = ["Bearer good"];

    public Task StopAsync() => _app.StopAsync();

    public static async Task<BellTower> StartAsync(
        StreamLimits? limits = null, GraphQLHttpOptions? options = null, ExecutorOptions? execution = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Services.AddGraphQL(
            schema => schema.AddRoots<Bell>().AddRequestState<Listener>(), _ => execution ?? new ExecutorOptions());
        var app = builder.Build();
        var tower = new BellTower(app);
        app.MapGraphQL("/graphql", options ?? new GraphQLHttpOptions
        {
            Authenticate = tower.AuthenticateAsync,
            CallerKey = state => state.Get<Listener>().Key,
            Streams = limits ?? StreamLimits.Default,
        });
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        tower.Address = new Uri(addresses.Addresses.Single() + "/graphql");
        tower.Client.DefaultRequestHeaders.Add("Authorization", "Bearer good");
        return tower;
    }

    public ValueTask<RequestStateOrRefusal> AuthenticateAsync(HttpContext context)
    {
        var key = context.Request.Headers.Authorization.ToString();
        return ValueTask.FromResult(Keys.Contains(key)
            ? RequestStateOrRefusal.Allow(new RequestState().Set(new Listener(key)))
            : RequestStateOrRefusal.Refuse(401, "UNAUTHENTICATED", "Unknown key."));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
