using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Http;
using CrmCloud.Tests.GraphQL.Execution;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CrmCloud.Tests.GraphQL.Http;

public sealed class HttpTests : IAsyncLifetime
{
    private readonly IHost _host = new HostBuilder().ConfigureWebHost(web => web
        .UseTestServer()
        .ConfigureServices(services =>
        {
            services.AddRouting();
            services.AddGraphQL(
                builder => builder.AddRoots<Shop>().AddRoots<ProductFields>().AddRequestState<Caller>()
                    .AddType<Order>().AddType<Person>(),
                _ => new ExecutorOptions { ReportCost = false });
        })
        .Configure(app => app.UseRouting().UseEndpoints(endpoints => endpoints.MapGraphQL(
            "/graphql",
            new GraphQLHttpOptions { Authenticate = AuthenticateAsync, Gzip = true, BodyBytes = 100_000 }))))
        .Build();

    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        await _host.StartAsync();
        _client = _host.GetTestClient();
    }

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    [Theory]
    [InlineData(null, "application/json", HttpStatusCode.OK)]
    [InlineData("*/*", "application/json", HttpStatusCode.OK)]
    [InlineData("application/json", "application/json", HttpStatusCode.OK)]
    [InlineData("application/graphql-response+json", "application/graphql-response+json", HttpStatusCode.OK)]
    [InlineData(
        "application/json;q=0.5, application/graphql-response+json", "application/graphql-response+json",
        HttpStatusCode.OK)]
    [InlineData("text/html, application/json;q=0.9", "application/json", HttpStatusCode.OK)]
    [InlineData("text/html", "application/json", HttpStatusCode.NotAcceptable)]
    [InlineData("application/json;q=0", "application/json", HttpStatusCode.NotAcceptable)]
    [InlineData("application/json;q=0, */*", "application/graphql-response+json", HttpStatusCode.OK)]
    [InlineData("application/json, */*;q=0", "application/json", HttpStatusCode.OK)]
    [InlineData(
        "*/*, application/json;q=0, application/graphql-response+json;q=0", "application/json",
        HttpStatusCode.NotAcceptable)]
    public async Task The_media_type_follows_the_accept_header(string? accept, string type, HttpStatusCode status)
    {
        var answer = await PostAsync("""{"query":"{ ping }"}""", accept);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("utf-8", answer.Content.Headers.ContentType.CharSet);
    }

    [Theory]
    [InlineData("", "The body is empty.")]
    [InlineData(" \r\n", "The body is empty.")]
    [InlineData("7", "The body is no JSON object.")]
    [InlineData("[]", "Batches are not supported.")]
    [InlineData("{}", "The request has no \\u0022query\\u0022.")]
    public async Task A_body_that_is_no_request_is_told_what_was_expected(string body, string words)
    {
        var answer = await PostAsync(body, null);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(words.Replace("\\u0022", "\\\"", StringComparison.Ordinal), text, StringComparison.Ordinal);
        Assert.Contains("a JSON object with \\\"query\\\"", text, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"BAD_REQUEST\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"query":"{ ping "}""", 200, 400)]
    [InlineData("""{"query":"{ unknown }"}""", 200, 400)]
    [InlineData("""{"query":"query($a: Int!) { echo(numbers: [$a]) }"}""", 200, 400)]
    [InlineData("""{"query":"{ ping }","operationName":"No"}""", 200, 400)]
    [InlineData("""{"query":"{ product(by: {sku: \"bad\"}) { label } }"}""", 200, 200)]
    [InlineData("""{"query":"{ ping }""", 400, 400)]
    [InlineData("""{"query":"{ ping }"} x""", 400, 400)]
    [InlineData("""{"query":7}""", 400, 400)]
    [InlineData("""{}""", 400, 400)]
    [InlineData("""[{"query":"{ ping }"}]""", 400, 400)]
    [InlineData("""{"query":"{ ping }","variables":"no"}""", 400, 400)]
    [InlineData("""{"query":"{ ping }","variables":[]}""", 400, 400)]
    [InlineData("""{"query":"{ ping }","operationName":{}}""", 400, 400)]
    [InlineData("""{"query":"{ ping }","extensions":1}""", 400, 400)]
    [InlineData("""{"query":"\ud800 { ping }"}""", 400, 400)]
    [InlineData(
        """{"query":"{ ping }","extensions":null,"variables":null,"operationName":null,"more":[1]}""", 200, 200)]
    public async Task The_status_says_how_far_the_request_came(string body, int json, int graphQLJson)
    {
        Assert.Equal(json, (int)(await PostAsync(body, "application/json")).StatusCode);
        Assert.Equal(graphQLJson, (int)(await PostAsync(body, "application/graphql-response+json")).StatusCode);
    }

    [Fact]
    public async Task Queries_may_be_got_but_mutations_may_not()
    {
        var query = await _client.GetAsync("/graphql?query={echo(numbers:1)}&variables={}&operationName=");
        var mutation = await _client.GetAsync("/graphql?query=mutation{logLength}");
        var put = await _client.PutAsync("/graphql", null);

        Assert.Equal("""{"data":{"echo":"1 InStore none"}}""", await query.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.MethodNotAllowed, mutation.StatusCode);
        Assert.Equal("POST", mutation.Content.Headers.Allow.Single());
        Assert.Equal(HttpStatusCode.MethodNotAllowed, put.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task A_content_type_that_a_web_page_may_send_is_refused(string type)
    {
        using var body = new StringContent("""{"query":"{ ping }"}""");
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await _client.PostAsync("/graphql", body)).StatusCode);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_also_when_it_only_unpacks_to_that()
    {
        var large = $$"""{"query":"{ ping #{{new string('x', 100_000)}}\n}"}""";

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(large)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostPackedAsync(large)).StatusCode);
    }

    [Fact]
    public async Task A_packed_body_is_read()
    {
        var answer = await PostPackedAsync("""{"query":"{ ping }"}""");

        Assert.Equal("""{"data":{"ping":"pong"}}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Deep_variables_are_refused_and_end_nothing()
    {
        var nested = new string('[', 20_000) + new string(']', 20_000);
        var deep = $$$"""{"query":"{ ping }","variables":{"a":{{{nested}}}}}""";

        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(deep)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("""{"query":"{ ping }"}""")).StatusCode);
    }

    [Fact]
    public async Task Who_may_not_in_gets_a_status_and_a_code_before_the_body_is_read()
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent("not even JSON") };
        request.Headers.Add("X-Key", "wrong");

        var answer = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("7", answer.Headers.RetryAfter!.ToString());
        Assert.Equal(
            """{"errors":[{"message":"Unknown key.","extensions":{"code":"UNAUTHENTICATED"}}]}""",
            await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Names_of_the_schema_are_suggested_only_to_those_who_may_see_them()
    {
        var stranger = await (await PostAsync("""{"query":"{ pinp }"}""")).Content.ReadAsStringAsync();
        _client.DefaultRequestHeaders.Add("X-Key", "good");
        var friend = await (await PostAsync("""{"query":"{ pinp }"}""")).Content.ReadAsStringAsync();

        Assert.DoesNotContain("Did you mean", stranger);
        Assert.Contains("Did you mean \\\"ping\\\"?", friend);
    }

    private static ValueTask<RequestStateOrRefusal> AuthenticateAsync(HttpContext context) => new(
        context.Request.Headers["X-Key"].ToString() switch
        {
            "wrong" => RequestStateOrRefusal.Refuse(401, "UNAUTHENTICATED", "Unknown key.", ("Retry-After", "7")),
            var key => RequestStateOrRefusal.Allow(
                new RequestState().Set(new Caller("Eve", true)), suggestions: key == "good"),
        });

    private async Task<HttpResponseMessage> PostAsync(string body, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await _client.SendAsync(request);
    }

    private async Task<HttpResponseMessage> PostPackedAsync(string text)
    {
        using var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await zip.WriteAsync(Encoding.UTF8.GetBytes(text));
        }

        using var body = new ByteArrayContent(packed.ToArray());
        body.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");
        body.Headers.ContentEncoding.Add("gzip");
        return await _client.PostAsync("/graphql", body);
    }
}
