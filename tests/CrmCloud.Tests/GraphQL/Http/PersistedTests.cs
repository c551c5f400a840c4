using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using CrmCloud.GraphQL.Http;
using CrmCloud.GraphQL.Types;
using CrmCloud.Tests.GraphQL.Streams;

namespace CrmCloud.Tests.GraphQL.Http;

public sealed class PersistedTests : IDisposable
{
    private const string Query = "{ ping }";
    private const string Pong = "{\"data\":{\"ping\":\"pong\"}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trusted");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_document_sent_once_with_its_hash_is_found_by_the_hash()
    {
        await using var tower = await BellTower.StartAsync(options: new GraphQLHttpOptions());
        var extensions = Announced(Query);

        Assert.Contains(
            "\"PersistedQueryNotFound\"", await AskAsync(tower, new { extensions }), StringComparison.Ordinal);
        Assert.StartsWith(Pong, await AskAsync(tower, new { query = Query, extensions }), StringComparison.Ordinal);
        Assert.StartsWith(Pong, await AskAsync(tower, new { extensions }), StringComparison.Ordinal);
        Assert.StartsWith(
            Pong, await AskAsync(tower, new { documentId = "sha256:" + HashOf(Query) }), StringComparison.Ordinal);
        var url =
            $"{tower.Address}?extensions={{\"persistedQuery\":{{\"version\":1,\"sha256Hash\":\"{HashOf(Query)}\"}}}}";
        Assert.StartsWith(Pong, await tower.Client.GetStringAsync(new Uri(url)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hash_of_something_else_and_an_invalid_document_are_not_kept()
    {
        await using var tower = await BellTower.StartAsync(options: new GraphQLHttpOptions());

        Assert.Contains("provided sha does not match query",
            await AskAsync(tower, new { query = Query, extensions = Announced("{ who }") }), StringComparison.Ordinal);
        await AskAsync(tower, new { query = "{ unknown }", extensions = Announced("{ unknown }") });
        Assert.Contains("PERSISTED_QUERY_NOT_FOUND",
            await AskAsync(tower, new { extensions = Announced("{ unknown }") }), StringComparison.Ordinal);
        Assert.Contains("PERSISTED_QUERY_NOT_FOUND",
            await AskAsync(tower, new { extensions = Announced("{ who }") }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_kept_by_hash_is_bounded_by_bytes_and_the_longest_unused_goes_first()
    {
        var options = new GraphQLHttpOptions { Persisted = new PersistedOptions { CachedBytes = 1_000 } };
        await using var tower = await BellTower.StartAsync(options: options);
        foreach (var name in (string[])["a", "b", "c", "d"])
        {
            var query = $"{{ {name}: ping }}";
            await AskAsync(tower, new { query, extensions = Announced(query) });
        }

        Assert.Contains(
            "NotFound", await AskAsync(tower, new { extensions = Announced("{ a: ping }") }), StringComparison.Ordinal);
        Assert.Contains(
            "pong", await AskAsync(tower, new { extensions = Announced("{ d: ping }") }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_trusted_documents_run_where_only_they_may()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "ring.graphql"), Query);
        await using var tower = await BellTower.StartAsync(options: new GraphQLHttpOptions
        {
            Persisted = new PersistedOptions { TrustedFolder = _folder.FullName, TrustedOnly = true },
        });

        Assert.StartsWith(Pong, await AskAsync(tower, new { documentId = "ring" }), StringComparison.Ordinal);
        Assert.StartsWith(Pong, await AskAsync(tower, new { query = Query }), StringComparison.Ordinal);
        Assert.StartsWith(Pong, await AskAsync(tower, new { extensions = Announced(Query) }), StringComparison.Ordinal);
        Assert.Contains("provided sha does not match query",
            await AskAsync(tower, new { query = "{ a: ping }", extensions = Announced(Query) }),
            StringComparison.Ordinal);
        Assert.Contains(
            "DOCUMENT_NOT_TRUSTED", await AskAsync(tower, new { query = "{ a: ping }" }), StringComparison.Ordinal);
        Assert.Contains("DOCUMENT_NOT_TRUSTED",
            await AskAsync(tower, new { query = "{ a: ping }", extensions = Announced("{ a: ping }") }),
            StringComparison.Ordinal);
        Assert.Contains("PERSISTED_DOCUMENT_NOT_FOUND",
            await AskAsync(tower, new { documentId = "other" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trusted_document_that_does_not_fit_the_schema_stops_the_start()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "old.graphql"), "{ gone }");

        var fault = await Assert.ThrowsAsync<SchemaException>(() => BellTower.StartAsync(
            options: new GraphQLHttpOptions { Persisted = new PersistedOptions { TrustedFolder = _folder.FullName } }));

        Assert.Contains("old.graphql", fault.Message, StringComparison.Ordinal);
    }

    private static object Announced(string query) =>
        new { persistedQuery = new { version = 1, sha256Hash = HashOf(query) } };

    private static string HashOf(string query) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(query)));

    private static async Task<string> AskAsync(BellTower tower, object body)
    {
        using var answer = await tower.Client.PostAsJsonAsync(tower.Address, body);
        return await answer.Content.ReadAsStringAsync();
    }
}
