using System.Net;
using System.Text;
using System.Text.Json;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Tests.Customers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Bulk;

/// <summary>Imports as a client sees them: two addresses and five fields.</summary>
public sealed class BulkApiTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Orders = "order,who,at,total\n1,K1,2026-01-05,9.50\n2,K1,2026-01-06,free\n";

    private const string Import = """
        mutation($upload: ID!, $dryRun: Boolean!) {
          bulkImport(input: {target: TRANSACTIONS, format: CSV, uploadId: $upload, dryRun: $dryRun, mapping: [
            {field: "externalId.source", constant: "shop"} {field: "externalId.id", column: "order"}
            {field: "customer.externalId.source", constant: "shop"} {field: "customer.externalId.id", column: "who"}
            {field: "kind", constant: "PURCHASE"} {field: "at", column: "at"} {field: "amount", column: "total"}]})
          { operation { id status waitingFor } userErrors { code message field } } }
        """;

    private readonly Desk _desk = new();
    private readonly WebApplication _app;
    private Caller? _caller;

    public BulkApiTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(_desk.Uploads);
        _app = builder.Build();
        _app.MapBulk(async http =>
        {
            if (_caller is null)
            {
                http.Response.StatusCode = 401;
                await http.Response.StartAsync();
            }

            return _caller;
        });
    }

    public async Task InitializeAsync()
    {
        await _app.StartAsync();
        _caller = _desk.Caller;
        await _caller.Store.SaveAsync(Batch.Of(_desk.Tenant), default);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _desk.DisposeAsync();
    }

    [Fact]
    public async Task A_file_is_announced_sent_imported_and_its_bad_rows_fetched()
    {
        var upload = await AnnounceAsync(Orders.Length);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(upload, Orders)).StatusCode);
        var queued = (await _desk.AskAsync(Import, new { upload, dryRun = false }))
            .GetProperty("data")
            .GetProperty("bulkImport")
            .GetProperty("operation");

        await RunAsync();
        var done = await OperationAsync(queued.GetProperty("id").GetString()!);
        var rejected = await _app.GetTestClient().GetStringAsync(done.GetProperty("errorsUrl").GetString());

        Assert.Equal(
            ("QUEUED", "waiting: 0 workers running"),
            (queued.GetProperty("status").GetString(), queued.GetProperty("waitingFor").GetString()));
        Assert.Equal(
            """{"status":"PARTIALLY_FAILED","rowsTotal":2,"rowsDone":2,"rowsFailed":1,"resumable":false"""
            + ""","dryRun":false,"failure":null,"summary":{"read":2,"created":1,"updated":0,"unchanged":0"""
            + ""","rejected":1,"skipped":0,"customersCreated":1,"rows":{"read":2}"""
            + ""","topErrors":[{"code":"INVALID","column":"total","count":1,"exampleLine":3}]}"""
            + ""","errors":[{"line":3,"character":17"""
            + ""","column":"total","code":"INVALID","message":"'free' is no number like 1234.50."}],"errorsUrl":""",
            done.GetRawText()[..done.GetRawText().IndexOf("\"/bulk", StringComparison.Ordinal)]);
        Assert.Contains(
            "3,total,INVALID,\"'free' is no number like 1234.50.\",2,K1,2026-01-06,free",
            rejected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_is_an_operation_that_stores_nothing()
    {
        var upload = await AnnounceAsync(Orders.Length);
        await SendAsync(upload, Orders);

        await _desk.AskAsync(Import, new { upload, dryRun = true });
        await RunAsync();
        var list = await _desk.AskAsync(
            "{ bulkOperations { totalCount { value } nodes { dryRun summary { created } } } }");

        Assert.Equal("""{"totalCount":{"value":1},"nodes":[{"dryRun":true,"summary":{"created":1}}]}""",
            list.GetProperty("data").GetProperty("bulkOperations").GetRawText());
        Assert.Empty(await _desk.AllCustomersAsync());
    }

    [Fact]
    public async Task What_is_wrong_with_the_request_is_said_at_once()
    {
        var upload = await AnnounceAsync(10);
        var unsent = await ErrorsAsync(Import, new { upload, dryRun = false });
        await SendAsync(upload, "order;who\n");
        var header = await ErrorsAsync(Import, new { upload, dryRun = false });
        var unknown = await ErrorsAsync(Import, new { upload = "VXBsb2FkOjE", dryRun = false });

        Assert.Contains("WRONG_STATE", unsent, StringComparison.Ordinal);
        Assert.Contains("The header has no column 'order'.", header, StringComparison.Ordinal);
        Assert.Contains("NOT_FOUND", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_can_keep_so_many_bytes_of_uploads_and_is_told_limit_and_used()
    {
        const long all = BulkLimits.UploadsBytes / BulkLimits.UploadBytes;
        for (var i = 0; i < all; i++)
        {
            await AnnounceAsync(BulkLimits.UploadBytes);
        }

        var refused = await QuotaAsync();
        var limits = refused.GetProperty("userErrors")[0];
        _desk.Clock.Advance(BulkLimits.FilesKept);

        Assert.Equal(JsonValueKind.Null, refused.GetProperty("upload").ValueKind);
        Assert.Equal("QUOTA_EXCEEDED", limits.GetProperty("code").GetString());
        Assert.Equal(
            (BulkLimits.UploadsBytes, BulkLimits.UploadsBytes),
            (limits.GetProperty("limit").GetInt64(), limits.GetProperty("used").GetInt64()));
        Assert.Equal(JsonValueKind.Object, (await QuotaAsync()).GetProperty("upload").ValueKind);
    }

    [Fact]
    public async Task A_tenant_can_keep_so_many_uploads()
    {
        foreach (var part in Enumerable.Range(0, BulkLimits.Uploads).Chunk(100))
        {
            await _desk.Caller.Store.SaveAsync(Batch.Of(part.Select(i => new Upload
            {
                UploadId = $"{i:x32}", Filename = "a", Bytes = 1,
                ContentType = "text/csv", ExpiresAt = _desk.Clock.Now.AddHours(1),
            })), default);
        }

        Assert.Contains("QUOTA_EXCEEDED", (await QuotaAsync()).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("orders.csv", "text/csv")]
    [InlineData("orders.csv.gz", "application/gzip")]
    [InlineData("people.JSONL", "application/x-ndjson")]
    [InlineData("orders", "application/octet-stream")]
    public async Task The_content_type_follows_from_the_name(string filename, string expected)
    {
        var answer = await _desk.AskAsync(
            "mutation($f: String!) { stagedUploadCreate(input: {filename: $f, bytes: 1}) { "
                + "upload { headers { name value } } } }",
            new { f = filename });

        Assert.Contains(
            $$"""{"name":"Content-Type","value":"{{expected}}"}""", answer.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_a_sending_has_the_form_of_every_refusal()
    {
        var upload = await AnnounceAsync(3);
        foreach (var answer in new[] { await SendAsync(upload, "ab"), await SendAsync("x", "abc") })
        {
            var extensions = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement
                .GetProperty("errors")[0].GetProperty("extensions");
            var code = extensions.GetProperty("code").GetString();

            Assert.Contains(code, new[] { "BAD_REQUEST", "NOT_FOUND" });
            Assert.Equal($"/docs/problems#{code}", extensions.GetProperty("docUrl").GetString());
            Assert.NotEmpty(extensions.GetProperty("requestId").GetString()!);
        }
    }

    [Fact]
    public async Task Another_tenants_upload_and_operation_look_like_none()
    {
        var upload = await AnnounceAsync(Orders.Length);
        await SendAsync(upload, Orders);
        var queued = await _desk.AskAsync(Import, new { upload, dryRun = false });
        var id = queued.GetProperty("data").GetProperty("bulkImport").GetProperty("operation").GetProperty("id")
            .GetString()!;
        await RunAsync();
        _caller = _desk.CallerOf("blue-shop");

        var foreign = await SendAsync(upload, Orders);
        var unknown = await SendAsync("VXBsb2FkOjE", Orders);
        var rows = await _app.GetTestClient().GetAsync($"/bulk/{id}/rejected.csv");
        var operation = await _desk.AskAsync("query($id: ID!) { bulkOperation(id: $id) { id } }", new { id }, _caller);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (foreign.StatusCode, rows.StatusCode));
        Assert.Equal(
            Stripped(await unknown.Content.ReadAsStringAsync()), Stripped(await foreign.Content.ReadAsStringAsync()));
        Assert.Equal(JsonValueKind.Null, operation.GetProperty("data").GetProperty("bulkOperation").ValueKind);
    }

    [Theory]
    [InlineData("abc", null, HttpStatusCode.OK)]
    [InlineData("abcd", null, HttpStatusCode.BadRequest)]
    [InlineData("ab", null, HttpStatusCode.BadRequest)]
    [InlineData("abc", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", HttpStatusCode.OK)]
    [InlineData("abd", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", HttpStatusCode.BadRequest)]
    public async Task Only_the_announced_bytes_are_taken(string sent, string? sha256, HttpStatusCode expected)
    {
        var upload = await AnnounceAsync(3, sha256);

        Assert.Equal(expected, (await SendAsync(upload, sent)).StatusCode);
    }

    [Fact]
    public async Task Without_a_key_or_its_scope_nothing_is_taken_and_after_a_day_the_upload_is_gone()
    {
        var upload = await AnnounceAsync(3);
        var owner = _caller!;
        _caller = null;
        var nobody = await SendAsync(upload, "abc");
        _caller = _desk.CallerOf("red-shop", Scope.CustomersRead);
        var reader = await SendAsync(upload, "abc");
        _caller = owner with { Now = owner.Now.AddHours(25) };
        var late = await SendAsync(upload, "abc");

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound],
            new[] { nobody, reader, late }.Select(r => r.StatusCode));
    }

    [Fact]
    public async Task A_queued_import_is_cancelled_and_resumed_by_mutation()
    {
        var upload = await AnnounceAsync(Orders.Length);
        await SendAsync(upload, Orders);
        var queued = await _desk.AskAsync(Import, new { upload, dryRun = false });
        var id = queued.GetProperty("data").GetProperty("bulkImport").GetProperty("operation").GetProperty("id")
            .GetString()!;

        var cancelled = await _desk.AskAsync(
            "mutation($id: ID!) { bulkCancel(input: {id: $id}) { operation { status resumable } "
                + "userErrors { code } } }",
            new { id });
        await RunAsync();
        var idle = await OperationAsync(id);
        var resumed = await _desk.AskAsync(
            "mutation($id: ID!) { bulkResume(input: {id: $id}) { operation { status } userErrors { code } } }",
            new { id });
        await RunAsync();
        var done = await OperationAsync(id);
        var over = await ErrorsOfAsync(
            "mutation($id: ID!) { bulkCancel(input: {id: $id}) { userErrors { code } } }", "bulkCancel", new { id });

        Assert.Equal(
            """{"operation":{"status":"CANCELED","resumable":true},"userErrors":[]}""",
            cancelled.GetProperty("data").GetProperty("bulkCancel").GetRawText());
        Assert.Equal(0, idle.GetProperty("rowsDone").GetInt32());
        Assert.Equal(
            """{"operation":{"status":"QUEUED"},"userErrors":[]}""",
            resumed.GetProperty("data").GetProperty("bulkResume").GetRawText());
        Assert.Equal("PARTIALLY_FAILED", done.GetProperty("status").GetString());
        Assert.Contains("WRONG_STATE", over, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_named_by_our_ids_only_and_swept_after_a_day()
    {
        var folder = _desk.Uploads.Open("red-shop", DataMode.Live);

        Assert.Throws<FormatException>(() => folder.PathOf("../../../etc/passwd"));
        Assert.Throws<FormatException>(() => _desk.Uploads.Open("../blue", DataMode.Live));
        folder.Make();
        File.WriteAllText(folder.PathOf(new string('a', 32)), "x");
        Assert.Equal((0, 1), (folder.Sweep(DateTimeOffset.UnixEpoch), folder.Sweep(DateTimeOffset.MaxValue)));
    }

    private async Task<JsonElement> QuotaAsync() => (await _desk.AskAsync("""
        mutation { stagedUploadCreate(input: {filename: "a.csv", bytes: 1}) {
          upload { uploadId } userErrors { code ... on QuotaExceededError { limit used } } } }
        """)).GetProperty("data").GetProperty("stagedUploadCreate");

    private static string Stripped(string body) => body[..body.IndexOf("requestId", StringComparison.Ordinal)];

    private async Task<string> AnnounceAsync(long bytes, string? sha256 = null)
    {
        var answer = await _desk.AskAsync(
            "mutation($b: Long!, $s: String) { stagedUploadCreate(input: {filename: \"../orders.csv\", "
                + "bytes: $b, contentType: \"text/csv\", sha256: $s}) { "
                + "upload { uploadId url } userErrors { message } } }",
            new { b = bytes, s = sha256 });
        return answer.GetProperty("data")
            .GetProperty("stagedUploadCreate")
            .GetProperty("upload")
            .GetProperty("uploadId")
            .GetString()!;
    }

    private Task<HttpResponseMessage> SendAsync(string upload, string content) =>
        _app.GetTestClient().PutAsync($"/uploads/{upload}", new ByteArrayContent(Encoding.UTF8.GetBytes(content)));

    private async Task RunAsync() => await new ImportQueue(_desk.Clock).RunPendingAsync(
        _desk.Caller.Store, _desk.Uploads.Open("red-shop", DataMode.Live), "worker", () => { }, CancellationToken.None);

    private async Task<JsonElement> OperationAsync(string id)
    {
        var answer = await _desk.AskAsync("""
            query($id: ID!) { bulkOperation(id: $id) { status rowsTotal rowsDone rowsFailed resumable dryRun failure
              summary { read created updated unchanged rejected skipped customersCreated rows { read }
                topErrors { code column count exampleLine } }
              errors { line character column code message } errorsUrl } }
            """, new { id });
        return answer.GetProperty("data").GetProperty("bulkOperation");
    }

    private Task<string> ErrorsAsync(string document, object variables) =>
        ErrorsOfAsync(document, "bulkImport", variables);

    private async Task<string> ErrorsOfAsync(string document, string field, object variables) =>
        (await _desk.AskAsync(document, variables)).GetProperty("data").GetProperty(field).GetProperty("userErrors")
            .GetRawText();
}
