using System.Text.Json;
using System.Text.Json.Serialization;
using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// Tries documents again that could not be processed: after a repair of the document, or of the program.
/// </summary>
public static class DeadLetterRetry
{
    /// <returns>How many letters are left.</returns>
    public static async Task<int> RunAsync(ITenantStore store, DateTimeOffset now, CancellationToken stop)
    {
        var desk = await FigureDesk.OpenAsync(store, now, stop);
        return desk is null ? 0 : await RunAsync(desk, TimeSpan.Zero, stop);
    }

    /// <param name="patience">Letters tried since less than this are left alone.</param>
    internal static async Task<int> RunAsync(FigureDesk desk, TimeSpan patience, CancellationToken stop)
    {
        var letters = await desk.DeadLetters.ListAsync(stop);
        var left = 0;
        foreach (var letter in letters)
        {
            var isDue = letter.LastAt + patience <= desk.Now;
            left += isDue && await TryAsync(desk, letter, stop) ? 0 : 1;
        }

        if (desk.State.LastRunFailed != left > 0)
        {
            await desk.SaveAsync(state => state with { LastRunFailed = left > 0 }, stop);
        }

        return left;
    }

    private static async Task<bool> TryAsync(FigureDesk desk, DeadLetter letter, CancellationToken stop)
    {
        var failed = await ApplyAsync(desk, letter, stop);
        if (failed.Count == 0)
        {
            await desk.DeadLetters.ResolveAsync(letter, stop);
            return true;
        }

        await desk.BuryAsync(failed, stop);
        return false;
    }

    private static async Task<IReadOnlyList<Unprocessable>> ApplyAsync(
        FigureDesk desk, DeadLetter letter, CancellationToken stop)
    {
        if (letter.SourceContainer == Container.Figures)
        {
            var customer = ChangeParser.CustomerOf(letter.Source);
            return await RunAsync(desk, new CustomerWork(customer, []) { Revisit = true }, stop);
        }

        // Gone since: nothing is left to process. A deletion reaches the worker by the feed.
        if (await desk.Store.FindAsync<RawSource>(letter.Source, stop) is not { } source)
        {
            return [];
        }

        var window = new ChangeWindow();
        window.Add(new Change(letter.Source, source.Version, false, DocumentJson.Write(source)));
        var outcome = await desk.RunAsync(window.ByBucket(), stop);
        var measures = await new MeasureBook(desk.Store).ApplyAsync(window.Measurements, stop);
        return [.. window.Unreadable, .. outcome.Failed, .. measures];
    }

    private static async Task<IReadOnlyList<Unprocessable>> RunAsync(
        FigureDesk desk, CustomerWork work, CancellationToken stop) =>
        (await desk.RunAsync(new[] { work }.GroupBy(one => Shared.Buckets.Of(one.CustomerId)), stop)).Failed;

    private sealed record RawSource : IDocument
    {
        public long Version { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement> Members { get; init; } = [];

        [JsonIgnore]
        public DocumentKey Key => throw new NotSupportedException("This is only ever read.");
    }
}
