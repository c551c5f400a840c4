using System.Diagnostics;
using Azure.Identity;
using CrmCloud.Store;
using CrmCloud.Store.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>Answers that look like others: told apart, or a document would be gone, an order made twice.</summary>
public sealed class CosmosAnswerTests : IAsyncLifetime
{
    private Gateway _gateway = null!;
    private CosmosDocumentStore _store = null!;

    private ITenantStore Red => _store.Open("red", DataMode.Live);

    public async Task InitializeAsync()
    {
        _gateway = await Gateway.StartAsync();
        _store = await OpenAsync(_gateway);
        await Red.SaveAsync(Batch.Of(One("first")), default);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_copy_that_is_behind_is_asked_again_and_never_says_that_a_document_is_not_there()
    {
        // The client itself asks twice; then it is ours to go on.
        var left = 4;
        _gateway.FaultFor = operation => operation == "read" && Interlocked.Decrement(ref left) >= 0
            ? Fault.Behind
            : Fault.None;
        Assert.NotNull(await Red.FindAsync<Thing>(One("first").Key, default));

        _gateway.FaultFor = operation => operation == "read" ? Fault.Behind : Fault.None;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Red.FindAsync<Thing>(One("first").Key, default));
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_no_missing_document()
    {
        _gateway.Containers.Remove("interactions");

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => Red.FindAsync<Thing>((One("a") with { Place = Container.Interactions }).Key, default));

        Assert.Contains("'interactions'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_account_that_is_down_for_a_moment_is_given_that_moment(int documents)
    {
        _gateway.FaultFor = operation => operation is "create" or "batch" ? Fault.Unavailable : Fault.None;
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => Red.SaveAsync(Batch.Of(Enumerable.Range(0, documents).Select(n => One($"{n}"))), default));

        // 50, 100, 200 and 400 ms between five attempts.
        Assert.True(watch.ElapsedMilliseconds >= 700, $"{watch.ElapsedMilliseconds} ms");
    }

    [Theory]
    [InlineData("\"account\":\"127.0.0.1\"", "\"account\":\"before.documents.azure.com\"")]
    [InlineData("AQAAAIAAAAE=", "AQAAAIAAAAk=")]
    public async Task A_place_in_the_feed_of_before_a_restore_begins_anew_and_misses_nothing(string now, string before)
    {
        var place = (await Red.ReadChangesAsync(Container.Master, null, 10, default)).Next;
        Assert.Empty((await Red.ReadChangesAsync(Container.Master, place, 10, default)).Changes);
        Assert.Contains(now, place, StringComparison.Ordinal);
        var old = place.Replace(now, before, StringComparison.Ordinal);

        var page = await Red.ReadChangesAsync(Container.Master, old, 10, default);

        Assert.Equal("thing/first", Assert.Single(page.Changes).Key.Id);
        Assert.Equal(place, page.Next);
    }

    [Fact]
    public async Task An_identity_that_cannot_be_had_for_a_moment_is_no_bug()
    {
        var calls = new CosmosCalls("red", new() { Endpoint = _gateway.Endpoint }, TimeProvider.System);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => calls.TryAsync(
            "find", _ => throw new AuthenticationFailedException("No answer from 169.254.169.254"), calls.NewBudget(),
            default));
    }

    private static Thing One(string name) => new() { Name = name };

    private static Task<CosmosDocumentStore> OpenAsync(Gateway gateway) => CosmosTesting.OpenAsync(new()
    {
        Endpoint = gateway.Endpoint,
        Key = Gateway.Key,
        SingleEndpoint = true,
        AttemptTimeout = TimeSpan.FromMilliseconds(700),
        MaxAttempts = 5,
    });
}
