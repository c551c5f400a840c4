using System.Net;
using System.Text;
using System.Text.Json;
using CrmCloud.Tests.Functions;
using CrmCloud.Tests.Store.Cosmos;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// SELF-WRITTEN. Stands in for the Azure Functions host: follows the change feed of the container that each
/// function.json names, posts batches as the host does, tries a failed one again, and goes on only after 200.
/// </summary>
internal sealed class FeedHost
{
    /// <summary>function.json says without end; a test must have one.</summary>
    private const int MostAttempts = 400;

    private readonly Gateway _gateway;
    private readonly IReadOnlyList<FunctionsProgram> _programs;
    private readonly List<Feed> _feeds;
    private int _next;

    public FeedHost(Gateway gateway, IReadOnlyList<FunctionsProgram> programs)
    {
        (_gateway, _programs) = (gateway, programs);
        _feeds = [.. Feeds()];
    }

    /// <summary>What becomes of a batch on its way: repeats, other orders, other cuts. It must lose nothing.</summary>
    public Func<IReadOnlyList<string>, IEnumerable<IReadOnlyList<string>>> Disturb { get; set; } = batch => [batch];

    /// <summary>Programs that get each batch at the same time, as when two take a lease for theirs.</summary>
    public int Owners { get; set; } = 1;

    public int Batches { get; private set; }

    public int Posts { get; private set; }

    /// <summary>Posts that were not answered with 200 and came again.</summary>
    public int Refused { get; private set; }

    /// <summary>Delivers everything that changed, until no feed has anything new.</summary>
    public async Task DeliverAsync()
    {
        while ((await Task.WhenAll(_feeds.Select(DeliverAsync))).Sum() > 0)
        {
            // What was delivered may have made changes of its own.
        }
    }

    /// <summary>Delivers while something goes on, and what is left at its end.</summary>
    public async Task FollowAsync(Task until)
    {
        // As often as hosts look; function.json says a second.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        do
        {
            await DeliverAsync();
        }
        while (!until.IsCompleted && await timer.WaitForNextTickAsync());

        await until;
        await DeliverAsync();
    }

    /// <summary>The body that the newest fact alone would make.</summary>
    public string LatestFact()
    {
        var container = _gateway.Containers["interactions"];
        lock (container.Gate)
        {
            return CloudFolder.Body(Encoding.UTF8.GetString(container.Since(null, 0).Last().Text));
        }
    }

    /// <summary>Lets a timer fire once.</summary>
    public Task FireAsync(string function, bool late = false) => PostAsync(function, retry =>
        "{\"Data\":{\"timer\":{\"Schedule\":{\"AdjustForDST\":true},\"ScheduleStatus\":null,\"IsPastDue\":"
        + (late ? "true" : "false") + "}},\"Metadata\":{" + RetryContext(retry) + "}}", 0);

    private async Task<int> DeliverAsync(Feed feed)
    {
        var delivered = 0;
        for (var batch = Next(feed); batch.Documents.Count > 0; batch = Next(feed))
        {
            foreach (var part in Disturb(batch.Documents))
            {
                var body = CloudFolder.Body([.. part]);
                await Task.WhenAll(Enumerable.Range(0, Owners).Select(owner =>
                    PostAsync(feed.Function, retry => retry == 0 ? body : WithRetry(body, retry), owner)));
            }

            feed.Position = batch.Last;
            delivered += batch.Documents.Count;
            lock (_feeds)
            {
                Batches++;
            }
        }

        return delivered;
    }

    // Documents written together come together, even beyond what was asked for.
    private (List<string> Documents, long Last) Next(Feed feed)
    {
        var container = _gateway.Containers[feed.Container];
        lock (container.Gate)
        {
            var head = container.Since(null, feed.Position).Take(feed.Most).ToList();
            var last = head.Count == 0 ? feed.Position : head[^1].Lsn;
            var all = container.Since(null, feed.Position).TakeWhile(item => item.Lsn <= last);
            return ([.. all.Select(item => Encoding.UTF8.GetString(item.Text))], last);
        }
    }

    private async Task PostAsync(string function, Func<int, string> body, int owner)
    {
        for (var retry = 0; retry < MostAttempts; retry++)
        {
            var turn = owner == 0 ? Interlocked.Increment(ref _next) : _next + owner;
            var (status, answer) = await TryPostAsync(_programs[turn % _programs.Count], function, body(retry));
            lock (_feeds)
            {
                Posts++;
                Refused += status == HttpStatusCode.OK ? 0 : 1;
            }

            if (status == HttpStatusCode.OK)
            {
                return;
            }

            Assert.True(
                status is null or HttpStatusCode.InternalServerError or HttpStatusCode.ServiceUnavailable, answer);
        }

        var said = string.Join('\n', _programs.Select(one => one.Output));
        Assert.Fail($"{function} failed {MostAttempts} times.\n{said}");
    }

    /// <returns>No status where the program was killed meanwhile.</returns>
    private static async Task<(HttpStatusCode? Status, string Body)> TryPostAsync(
        FunctionsProgram program, string function, string body)
    {
        try
        {
            return await program.PostAsync(function, body);
        }
        catch (Exception gone) when (gone
            is HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            return (null, "");
        }
    }

    private static string WithRetry(string body, int retry) =>
        body.Replace("\"sys\":", RetryContext(retry) + ",\"sys\":", StringComparison.Ordinal);

    private static string RetryContext(int retry) => retry == 0
        ? ""
        : $"\"RetryContext\":{{\"RetryCount\":{retry},\"MaxRetryCount\":-1,"
            + "\"Exception\":{\"Message\":\"earlier\"}}";

    private static IEnumerable<Feed> Feeds()
    {
        var app = Path.Combine(Repository.Root, "functions", "CrmCloud.Functions");
        foreach (var folder in Directory.EnumerateDirectories(app).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(folder, "function.json");
            if (!File.Exists(path))
            {
                continue;
            }

            using var json = JsonDocument.Parse(File.ReadAllText(path));
            var binding = json.RootElement.GetProperty("bindings")[0];
            if (binding.GetProperty("type").GetString() == "cosmosDBTrigger")
            {
                yield return new(Path.GetFileName(folder), binding.GetProperty("containerName").GetString()!,
                    binding.GetProperty("maxItemsPerInvocation").GetInt32());
            }
        }
    }

    private sealed record Feed(string Function, string Container, int Most)
    {
        public long Position { get; set; }
    }
}
