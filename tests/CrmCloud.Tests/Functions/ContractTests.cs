using System.Net;
using System.Text.Json;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Tests.Functions;

/// <summary>The program answers as the Functions host expects, to bodies the host itself has made.</summary>
public sealed class ContractTests
{
    private const string PastDue = """
        {"Data":{"timer":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":{"Last":"2026-11-20T02:15:00+00:00",
        "Next":"2026-11-21T02:15:00+00:00","LastUpdated":"2026-11-20T02:15:00+00:00"},"IsPastDue":true}},"Metadata":{}}
        """;

    [Fact]
    public async Task A_change_brings_figures_up_to_date_and_repeats_and_retries_change_nothing()
    {
        using var folder = await CloudFolder.WithTenantsAsync("red", "blue");
        await using (var program = await FunctionsProgram.StartAsync(folder.Path))
        {
            var body = CloudFolder.Body(folder.Document("red"));
            Expect(await program.PostAsync("KpiFromChanges", body), "1 tenants visited");
            Expect(await program.PostAsync("KpiFromChanges", body), "1 tenants visited");
            var retry = body.Replace("\"sys\":", "\"RetryContext\":{\"RetryCount\":2,\"MaxRetryCount\":-1,"
                + "\"Exception\":{\"Message\":\"earlier\"}},\"sys\":", StringComparison.Ordinal);
            Expect(await program.PostAsync("SegmentsFromChanges", retry), "1 tenants visited");
            Assert.Equal(0, await program.StopAsync());
        }

        await using var stores = folder.Open();
        Assert.Equal((1, 1_250), await folder.CountedAsync(stores, "red"));
        Assert.Null(await folder.CountedAsync(stores, "blue"));
    }

    [Fact]
    public async Task A_late_nightly_timer_visits_everybody_and_the_next_timers_only_who_is_due()
    {
        using var folder = await CloudFolder.WithTenantsAsync("red", "blue");
        await using (var program = await FunctionsProgram.StartAsync(folder.Path))
        {
            Expect(await program.PostAsync("DueRows", PastDue), "0 tenants visited");
            Expect(await program.PostAsync("NightlyRecount", PastDue), "4 tenants visited");
            Expect(await program.PostAsync("DueRows", PastDue.Replace("true}}", "false}}", StringComparison.Ordinal)),
                "0 tenants visited");
            Expect(await program.PostAsync("PeriodClose", PastDue), "0 tenants visited");
            Expect(await program.PostAsync("Reconciliation", PastDue), "0 places made, 0 removed");
        }

        await using var stores = folder.Open();
        Assert.Equal((1, 1_250), await folder.CountedAsync(stores, "red"));
        Assert.Equal((1, 1_250), await folder.CountedAsync(stores, "blue"));
    }

    [Fact]
    public async Task Documents_that_can_never_succeed_are_set_aside_and_hold_nobody_up()
    {
        using var folder = await CloudFolder.WithTenantsAsync("red");
        await using (var before = folder.Open())
        {
            await before.Open("red", DataMode.Live).SaveAsync(Batch.Of(new Torn(folder.Customers["red"])), default);
        }

        var body = CloudFolder.Body("""{"id":"lost"}""", """{"id":"x","pk":"nobody.live","kind":"customer"}""",
            """{"pk":5}""", "\"text\"", "null", """{"pk":"../etc.live"}""", """{"pk":"\ud800"}""",
            folder.Document("red"));
        await using (var program = await FunctionsProgram.StartAsync(folder.Path))
        {
            Expect(await program.PostAsync("KpiFromChanges", body),
                "1 tenants visited, 0 of no interest, 7 unreadable");
            Expect(await program.PostAsync("KpiFromChanges", body), "7 unreadable");
        }

        await using var stores = folder.Open();
        Assert.Equal((1, 1_250), await folder.CountedAsync(stores, "red"));
        var letters = await new DeadLetters(stores.Open("red", DataMode.Live), "figures").ListAsync(default);
        Assert.Contains("torn", Assert.Single(letters).SourceId, StringComparison.Ordinal);
        var unreadable = await stores.Directory.QueryAsync<UnreadableChange>(
            new(Container.Directory, "", "unreadable"), default);
        Assert.Equal(7, unreadable.Items.Count);
        Assert.All(unreadable.Items, one => Assert.Equal(2, one.Attempts));
        Assert.DoesNotContain(stores.ListTenantFiles(), file => file.Tenant == "nobody");
    }

    [Fact]
    public async Task Trouble_that_passes_fails_the_invocation_and_keeps_nobody_else_waiting()
    {
        using var folder = await CloudFolder.WithTenantsAsync("red", "blue");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "tenants", "blue.live.db"), new string('x', 8_192));
        await using (var program = await FunctionsProgram.StartAsync(folder.Path))
        {
            var body = CloudFolder.Body(folder.Document("blue"), folder.Document("red"));
            var (status, answer) = await program.PostAsync("KpiFromChanges", body);
            Assert.Equal(HttpStatusCode.InternalServerError, status);
            Assert.Contains("\"Logs\":[\"Failed: ", answer, StringComparison.Ordinal);
            (status, _) = await program.PostAsync("NightlyRecount", PastDue);
            Assert.Equal(HttpStatusCode.InternalServerError, status);
        }

        await using var stores = folder.Open();
        Assert.Equal((1, 1_250), await folder.CountedAsync(stores, "red"));
    }

    [Fact]
    public async Task A_tenant_who_goes_on_failing_holds_up_a_shared_feed_for_three_repeats_only()
    {
        using var folder = await CloudFolder.WithTenantsAsync("red", "blue");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "tenants", "blue.live.db"), new string('x', 8_192));
        await using var program = await FunctionsProgram.StartAsync(folder.Path);
        var body = CloudFolder.Body(folder.Document("blue"), folder.Document("red"));
        for (var repeat = 0; repeat < 3; repeat++)
        {
            Assert.Equal(HttpStatusCode.InternalServerError, (await program.PostAsync("KpiFromChanges", body)).Status);
        }

        Expect(await program.PostAsync("KpiFromChanges", body),
            "1 tenants visited, 0 of no interest, 0 unreadable, 1 failing and left to the timers");
        Assert.Equal(HttpStatusCode.InternalServerError, (await program.PostAsync("NightlyRecount", PastDue)).Status);
    }

    [Fact]
    public async Task What_the_host_never_sends_is_refused_and_does_nothing()
    {
        using var folder = await CloudFolder.WithTenantsAsync("red");
        await using (var program = await FunctionsProgram.StartAsync(folder.Path))
        {
            foreach (var body in Hostile(folder.Document("red")))
            {
                var (status, answer) = await program.PostAsync("KpiFromChanges", body);
                Assert.True(status == HttpStatusCode.BadRequest, $"{status} for {body[..Math.Min(80, body.Length)]}");
                Assert.NotEmpty(answer);
            }

            Assert.Equal(HttpStatusCode.NotFound, (await program.PostAsync("Nothing", PastDue)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await program.PostAsync("../admin", PastDue)).Status);
            using var read = await program.Http.GetAsync("/KpiFromChanges");
            Assert.Equal(HttpStatusCode.MethodNotAllowed, read.StatusCode);
            Assert.DoesNotContain("seeded", program.Output, StringComparison.Ordinal);
        }

        await using var stores = folder.Open();
        Assert.Null(await folder.CountedAsync(stores, "red"));
    }

    [Fact]
    public async Task A_body_beyond_the_bound_is_refused_and_the_program_lives()
    {
        using var folder = await CloudFolder.WithTenantsAsync("red");
        await using var program = await FunctionsProgram.StartAsync(folder.Path);
        var huge = new byte[65 << 20];
        huge.AsSpan().Fill((byte)' ');

        // The program answers before the body has ended, which a client may meet as a torn connection.
        var status = await StatusOfAsync(() => program.PostAsync("KpiFromChanges", huge));

        Assert.True(status is null or HttpStatusCode.RequestEntityTooLarge, $"{status}");
        var body = CloudFolder.Body(folder.Document("red"));
        Expect(await program.PostAsync("KpiFromChanges", body), "1 tenants visited");
    }

    [Fact]
    public async Task Sixty_invocations_at_once_count_each_order_once()
    {
        string[] slugs = ["red", "blue", "green"];
        using var folder = await CloudFolder.WithTenantsAsync(slugs);
        await using (var program = await FunctionsProgram.StartAsync(folder.Path))
        {
            var calls = Enumerable.Range(0, 60).Select(i => i % 4 == 3
                ? program.PostAsync("NightlyRecount", PastDue)
                : program.PostAsync(i % 2 == 0 ? "KpiFromChanges" : "SegmentsFromChanges",
                    CloudFolder.Body([.. slugs.Select(folder.Document)])));
            Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        }

        await using var stores = folder.Open();
        foreach (var slug in slugs)
        {
            Assert.Equal((1, 1_250), await folder.CountedAsync(stores, slug));
        }
    }

    [Fact]
    public async Task Asked_to_stop_it_answers_what_is_under_way_and_ends_cleanly()
    {
        using var folder = await CloudFolder.WithTenantsAsync("red", "blue");
        var body = CloudFolder.Body(folder.Document("red"), folder.Document("blue"));
        await using (var program = await FunctionsProgram.StartAsync(folder.Path))
        {
            var calls = Enumerable.Range(0, 20)
                .Select(_ => StatusOfAsync(() => program.PostAsync("KpiFromChanges", body))).ToList();
            await Task.WhenAny(calls);

            Assert.Equal(0, await program.StopAsync());
            Assert.All(await Task.WhenAll(calls), status =>
                Assert.True(status is null or HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{status}"));
        }

        await using var stores = folder.Open();
        Assert.Equal((1, 1_250), await folder.CountedAsync(stores, "red"));
    }

    [Theory]
    [InlineData(null, "Sqlite", "FUNCTIONS_CUSTOMHANDLER_PORT")]
    [InlineData(7071, "Postgres", "CrmCloud__Store")]
    [InlineData(7071, "Sqlite", "CrmCloud__DataDirectory")]
    public async Task A_start_that_cannot_work_names_the_setting(int? port, string store, string named)
    {
        using var process = System.Diagnostics.Process.Start(
            FunctionsProgram.Describe(port, ("CrmCloud__Store", store)))!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(named, line, StringComparison.Ordinal);
    }

    private static void Expect((HttpStatusCode Status, string Body) answer, string line)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var root = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal(JsonValueKind.Object, root.GetProperty("Outputs").ValueKind);
        Assert.Equal(JsonValueKind.Null, root.GetProperty("ReturnValue").ValueKind);
        var logged = Assert.Single(root.GetProperty("Logs").EnumerateArray()).GetString();
        Assert.Contains(line, logged, StringComparison.Ordinal);
    }

    /// <summary>Null when the connection was closed instead of answered.</summary>
    private static async Task<HttpStatusCode?> StatusOfAsync(Func<Task<(HttpStatusCode Status, string Body)>> post)
    {
        try
        {
            return (await post()).Status;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Hostile(string document)
    {
        string[] fixedOnes =
        [
            "", " ", "null", "[]", "{", "5", "\"seeded\"", "{}", """{"Data":null}""", """{"Data":[]}""",
            """{"Data":{}}""", """{"Data":{"documents":null}}""", """{"Data":{"documents":"["}}""",
            """{"Data":{"documents":"\ud800"}}""", """{"Data":{"documents":{"pk":"red.live"}}}""", PastDue,
            """{"Data":{"documents":"[]","documents":"[]"}}""",
        ];
        var layers = $"[{document}]";
        for (var i = 0; i < 6; i++)
        {
            layers = JsonSerializer.Serialize(layers);
        }

        return
        [
            .. fixedOnes,
            new string('[', 200_000),
            "{\"Data\":{\"documents\":" + layers + "}}",
            CloudFolder.Body(new string('[', 5_000) + new string(']', 5_000)),
            CloudFolder.Body([.. Enumerable.Repeat("{}", ChangeNotices.MostDocuments + 1)]),
        ];
    }

    /// <summary>A transaction that no reader of transactions can read.</summary>
    private sealed record Torn(string CustomerId) : IDocument
    {
        public string Amount => "nonsense";

        public long Version { get; init; }

        public DocumentKey Key => new(Container.Interactions, Buckets.Of(CustomerId), $"transaction/{CustomerId}/torn");
    }
}
