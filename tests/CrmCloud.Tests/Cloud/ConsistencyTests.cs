using System.Text.Json.Nodes;
using CrmCloud.Core.Tenants;
using CrmCloud.Tests.Store.Cosmos;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// Two processes of the API on Cosmos DB, and a replica that has not caught up. Over the self-written gateway.
/// </summary>
public sealed class ConsistencyTests : IAsyncLifetime
{
    private const string Read = """{ customer(ref: {externalId: {source: "s", id: "1"}}) { displayName } }""";

    private const string Write = """
        mutation { customerUpsert(input: {match: [{externalId: {source: "s", id: "1"}}],
            customer: {externalIds: [{source: "s", id: "1"}], displayName: "Ann"}}, options: {idempotencyKey: "k"}) {
          userErrors { message } meta { consistencyToken replayed } } }
        """;

    private CloudStage _stage = null!;
    private TestCloud _second = null!;
    private TestKey _here = null!;
    private TestKey _there = null!;
    private TestKey _other = null!;

    public async Task InitializeAsync()
    {
        _stage = await CloudStage.StartAsync(programs: 0);
        _second = await CloudStage.StartApiAsync(_stage.Gateway);
        _here = await _stage.Api.TenantAsync("shop");
        _there = _here with { Cloud = _second };
        _other = await _stage.Api.TenantAsync("other");
        Assert.Null(await NameAsync());
        foreach (var container in _stage.Gateway.Containers.Values)
        {
            container.LaggingAt = container.Lsn;
        }
    }

    public async Task DisposeAsync()
    {
        await _second.DisposeAsync();
        await _stage.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task With_its_token_another_process_sees_a_change_that_it_would_read_late(int behind)
    {
        var token = await WriteAsync(replayed: false);
        Assert.Null(await NameAsync());

        _stage.Gateway.Behind = behind;
        Assert.Equal("Ann", await NameAsync(token));
        Assert.True(_stage.Gateway.Behind < 0, "So many reads were told to wait.");
    }

    [Fact]
    public async Task A_repeated_mutation_answers_a_token_for_what_the_first_one_did()
    {
        await WriteAsync(replayed: false);
        var token = await WriteAsync(replayed: true);

        Assert.Equal("Ann", await NameAsync(token));
    }

    [Fact]
    public async Task A_token_of_another_tenant_or_of_nobody_is_refused()
    {
        var foreign =
            (await _other.GetAsync(Write))["customerUpsert"]!["meta"]!["consistencyToken"]!.GetValue<string>();

        foreach (var token in new[] { foreign, "x", foreign[..^4] + "AAAA" })
        {
            var answer = await _there.AskAsync(Read, null, (ConsistencyToken.Header, token));
            Assert.Equal(400, (int)answer.Status);
            Assert.Equal("BAD_REQUEST", (string?)answer.Json["errors"]![0]!["extensions"]!["code"]);
        }
    }

    private async Task<string> WriteAsync(bool replayed)
    {
        var meta = (await _here.GetAsync(Write))["customerUpsert"]!["meta"]!;
        Assert.Equal(replayed, meta["replayed"]!.GetValue<bool>());
        return meta["consistencyToken"]!.GetValue<string>();
    }

    private async Task<string?> NameAsync(string? token = null)
    {
        (string, string)[] headers = token is null ? [] : [(ConsistencyToken.Header, token)];
        var answer = await _there.AskAsync(Read, null, headers);
        Assert.Null(answer.Json["errors"]);
        return (string?)answer.Json["data"]!["customer"]?["displayName"];
    }
}
