using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Host;

public sealed class CompressionTests : IAsyncLifetime
{
    private const string Query = """{"query":"{ __schema { types { name description } } }"}""";
    private TestCloud _cloud = null!;
    private TestKey _key = null!;

    public async Task InitializeAsync()
    {
        _cloud = await TestCloud.StartAsync();
        _key = await _cloud.TenantAsync("shop");
    }

    public Task DisposeAsync() => _cloud.DisposeAsync().AsTask();

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/graphql-response+json")]
    public async Task Answers_are_compressed_for_who_asks_and_say_the_same(string type)
    {
        var (plain, none) = await AskAsync(Encoding.UTF8.GetBytes(Query), null, null, type);
        var (brotli, br) = await AskAsync(Encoding.UTF8.GetBytes(Query), "br", null, type);
        var (gzip, gz) = await AskAsync(Encoding.UTF8.GetBytes(Query), "gzip", null, type);

        Assert.Equal(("", "br", "gzip"), (none, br, gz));
        Assert.InRange(brotli.Length, 1, plain.Length / 3);
        var expected = Types(plain);
        using var unbrotli = new BrotliStream(new MemoryStream(brotli), CompressionMode.Decompress);
        using var unzip = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress);
        Assert.Equal(expected, Types(await ReadAsync(unbrotli)));
        Assert.Equal(expected, Types(await ReadAsync(unzip)));
    }

    [Fact]
    public async Task Events_leave_at_once_and_therefore_as_they_are()
    {
        var (events, encoding) = await AskAsync(Encoding.UTF8.GetBytes(Query), "br", null, "text/event-stream");

        Assert.Empty(encoding);
        Assert.StartsWith(
            "event: next", Encoding.UTF8.GetString(events).TrimStart(':', '\n'), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_may_be_gzip_and_one_that_unfolds_beyond_the_limit_is_refused()
    {
        var (answer, _) = await AskAsync(Zip(Encoding.UTF8.GetBytes(Query)), null, "gzip");
        var (bomb, _) = await AskAsync(Zip(new byte[50 << 20]), null, "gzip");
        var (rubbish, _) = await AskAsync("rubbish"u8.ToArray(), null, "gzip");

        Assert.Contains("__schema", Encoding.UTF8.GetString(answer), StringComparison.Ordinal);
        Assert.Contains("BODY_TOO_LARGE", Encoding.UTF8.GetString(bomb), StringComparison.Ordinal);
        Assert.Contains("BAD_REQUEST", Encoding.UTF8.GetString(rubbish), StringComparison.Ordinal);
    }

    private static string Types(byte[] answer) => JsonNode.Parse(answer)!["data"]!.ToJsonString();

    private static byte[] Zip(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            zip.Write(bytes);
        }

        return zipped.ToArray();
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var whole = new MemoryStream();
        await stream.CopyToAsync(whole);
        return whole.ToArray();
    }

    private async Task<(byte[] Body, string Encoding)> AskAsync(
        byte[] body, string? accept, string? encoding, string type = "application/json")
    {
        using var client = _cloud.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql");
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Accept.ParseAdd(type);
        request.Headers.Authorization = new("Bearer", _key.Text);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        if (accept is not null)
        {
            request.Headers.AcceptEncoding.Add(new(accept));
        }

        using var answer = await client.SendAsync(request);
        Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
        return (await answer.Content.ReadAsByteArrayAsync(), string.Join(',', answer.Content.Headers.ContentEncoding));
    }
}
