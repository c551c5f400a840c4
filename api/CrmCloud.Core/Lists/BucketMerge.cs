using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Lists;

/// <summary>A list over several partitions in one order.</summary>
public sealed record MergedQuery<T> where T : class, IDocument
{
    /// <summary>Which partitions; see <see cref="BucketMerge.PartitionsOf"/>.</summary>
    public required IReadOnlyList<string> Partitions { get; init; }

    /// <summary>
    /// The query of one partition, without its place and size. Its sort member must be in every document.
    /// </summary>
    public required Query Each { get; init; }

    /// <summary>The sort member's value as the document holds it: text, or a long.</summary>
    public required Func<T, object?> SortValue { get; init; }

    /// <summary>What the store could not test: the documents that stay. Null keeps all.</summary>
    public Func<IReadOnlyList<T>, Task<IReadOnlyList<T>>>? KeepAsync { get; init; }
}

/// <param name="End">Where the next page begins; null when nothing was looked at.</param>
/// <param name="HasMore">
/// There may be more. With a filter that the store cannot test a page can be short, even empty.
/// </param>
public sealed record MergedPage<T>(IReadOnlyList<(T Item, Position Place)> Items, Position? End, bool HasMore);

/// <summary>
/// Merges the streams of up to 16 partitions by (sort value, id). A page never repeats or skips what was there before
/// it was asked for, whatever is inserted meanwhile: it continues after a place of the order, not after a count.
/// </summary>
public static class BucketMerge
{
    /// <summary>Documents looked at for one page at most, when a filter has to be tested here.</summary>
    public const int MostScanned = 2_000;

    /// <summary>Documents looked at for a count; beyond it the count says "at least".</summary>
    public const int MostCounted = 10_000;

    // A filter that reads other documents reads them for so many at once.
    private const int FilterBatch = 100;
    private const int LargestFetch = 500;

    /// <param name="buckets">The tenant's current number; it is only ever raised.</param>
    public static IReadOnlyList<string> PartitionsOf(int buckets) => [.. Buckets.Partitions.Take(buckets)];

    /// <param name="first">1 to 250.</param>
    public static async Task<MergedPage<T>> ReadAsync<T>(
        ITenantStore store, MergedQuery<T> query, int first, Position? after, CancellationToken stop)
        where T : class, IDocument
    {
        var streams = Streams(store, query, after, FirstFetch(first, query.Partitions.Count));
        var kept = new List<(T, Position)>();
        var (end, scanned) = (after, 0);
        while (kept.Count <= first && scanned < MostScanned)
        {
            var wanted = first + 1 - kept.Count;
            var size = query.KeepAsync is null ? wanted : Math.Max(wanted, FilterBatch);
            var batch = await NextAsync(streams, query, size, stop);
            if (batch.Count == 0)
            {
                return new(kept, kept.Count > 0 ? kept[^1].Item2 : after, HasMore: false);
            }

            scanned += batch.Count;
            end = batch[^1].Place;
            kept.AddRange(await KeepAsync(query, batch));
        }

        return kept.Count > first
            ? new(kept[..first], kept[first - 1].Item2, HasMore: true)
            : new(kept, end, await AnyAsync(streams, stop));
    }

    private static async Task<bool> AnyAsync<T>(List<PartitionStream<T>> streams, CancellationToken stop)
        where T : class, IDocument
    {
        await Task.WhenAll(streams.Select(s => s.FillAsync(stop)));
        return streams.Exists(s => s.Head is not null);
    }

    /// <summary>How many there are, exactly up to 10,000 documents looked at.</summary>
    public static async Task<Count> CountAsync<T>(
        ITenantStore store, MergedQuery<T> query, DateTimeOffset now, CancellationToken stop) where T : class, IDocument
    {
        var streams = Streams(store, query, null, LargestFetch);
        var (count, scanned) = (0, 0);
        while (scanned < MostCounted)
        {
            var batch = await NextAsync(streams, query, LargestFetch, stop);
            if (batch.Count == 0)
            {
                return new(count, CountPrecision.Exact, now);
            }

            scanned += batch.Count;
            count += (await KeepAsync(query, batch)).Count;
        }

        return new(count, CountPrecision.AtLeast, now);
    }

    // Rows spread evenly on average, and rarely by more than twice the root of the share; each one is read whole.
    private static int FirstFetch(int first, int partitions)
    {
        var share = (first + 1.0) / partitions;
        return Math.Min(first + 1, (int)Math.Ceiling(share + (2 * Math.Sqrt(share))));
    }

    private static List<PartitionStream<T>> Streams<T>(
        ITenantStore store, MergedQuery<T> query, Position? after, int take) where T : class, IDocument =>
        [.. query.Partitions.Select(p => new PartitionStream<T>(
            store, query.Each with { Partition = p, Take = take, After = after }, query.SortValue))];

    private static async Task<List<(T Item, Position Place)>> NextAsync<T>(
        List<PartitionStream<T>> streams, MergedQuery<T> query, int most, CancellationToken stop)
        where T : class, IDocument
    {
        var sign = query.Each.Descending ? -1 : 1;
        var result = new List<(T, Position)>(most);
        while (result.Count < most)
        {
            await Task.WhenAll(streams.Select(s => s.FillAsync(stop)));
            var next = streams.Where(s => s.Head is not null).MinBy(s => s.Head!, Comparer<Position>.Create(
                (a, b) => sign * Compare(a, b)));
            if (next is null)
            {
                return result;
            }

            result.Add(next.Take());
        }

        return result;
    }

    private static async Task<List<(T Item, Position Place)>> KeepAsync<T>(
        MergedQuery<T> query, List<(T Item, Position Place)> batch) where T : class, IDocument
    {
        if (query.KeepAsync is null)
        {
            return batch;
        }

        var staying = (await query.KeepAsync([.. batch.Select(b => b.Item)]))
            .ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. batch.Where(b => staying.Contains(b.Item))];
    }

    private static int Compare(Position left, Position right)
    {
        var byValue = SortText.Compare(left.SortValue, right.SortValue);
        return byValue != 0 ? byValue : string.CompareOrdinal(left.Id, right.Id);
    }
}

/// <summary>One partition's documents in order, fetched by pages as they are taken.</summary>
internal sealed class PartitionStream<T>(
    ITenantStore store, Query start, Func<T, object?> sortValue) where T : class, IDocument
{
    private const int LargestFetch = 500;

    private readonly Queue<(T Item, Position Place)> _ready = [];
    private Query? _next = start;

    public Position? Head => _ready.TryPeek(out var head) ? head.Place : null;

    public (T Item, Position Place) Take() => _ready.Dequeue();

    /// <summary>Fetches the next page when nothing is ready; does nothing at the end.</summary>
    public async Task FillAsync(CancellationToken stop)
    {
        if (_ready.Count > 0 || _next is not { } query)
        {
            return;
        }

        var page = await store.QueryAsync<T>(query, stop);
        foreach (var item in page.Items)
        {
            _ready.Enqueue((item, new Position(query.OrderBy is null ? null : sortValue(item), item.Key.Id)));
        }

        // Pages grow: who takes one page to the end will probably take several.
        _next = page.HasMore
            ? query with { After = _ready.Last().Place, Take = Math.Min(2 * query.Take, LargestFetch) }
            : null;
    }
}
