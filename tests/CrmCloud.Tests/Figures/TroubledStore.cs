using CrmCloud.Store;

namespace CrmCloud.Tests.Figures;

/// <summary>Thrown where a process would have died.</summary>
public sealed class DiedException : Exception;

/// <summary>
/// The real store behind a process that may die at any save, and a feed that repeats, reorders and shows old messages
/// again: everything that at-least-once delivery allows.
/// </summary>
internal sealed class TroubledStore(ITenantStore store, Random random, TimeProvider? clock = null) : ITenantStore
{
    // Messages older than tombstones live are not repeated: nobody is that late.
    private static readonly TimeSpan RepeatedFor = TimeSpan.FromDays(25);

    private readonly List<(Change Change, DateTimeOffset At)> _seen = [];

    /// <summary>The save at which the process dies, counted from now; null to live on.</summary>
    public int? DiesAtSave { get; set; }

    public bool MixesFeed { get; init; }

    public int Saves { get; private set; }

    public Task<T?> FindAsync<T>(DocumentKey key, CancellationToken stop) where T : class, IDocument =>
        store.FindAsync<T>(key, stop);

    public Task<IReadOnlyList<T>> FindManyAsync<T>(IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
        where T : class, IDocument => store.FindManyAsync<T>(keys, stop);

    public Task<Page<T>> QueryAsync<T>(Query query, CancellationToken stop) where T : class, IDocument =>
        store.QueryAsync<T>(query, stop);

    public async Task SaveAsync(Batch batch, CancellationToken stop)
    {
        Saves++;
        if (DiesAtSave is { } left)
        {
            DiesAtSave = left - 1;
            if (left <= 0)
            {
                // Before or after the write: the caller cannot know which.
                if (random.Next(2) == 0)
                {
                    await store.SaveAsync(batch, stop);
                }

                throw new DiedException();
            }
        }

        await store.SaveAsync(batch, stop);
    }

    public async Task<ChangePage> ReadChangesAsync(Container container, string? since, int take, CancellationToken stop)
    {
        var page = await store.ReadChangesAsync(container, since, take, stop);
        if (!MixesFeed)
        {
            return page;
        }

        var now = clock?.GetUtcNow() ?? DateTimeOffset.UnixEpoch.AddDays(100);
        _seen.RemoveAll(seen => seen.At < now - RepeatedFor);
        _seen.AddRange(page.Changes.Select(change => (change, now)));
        var again = _seen.Select(seen => seen.Change).Where(change => change.Key.Container == container)
            .OrderBy(_ => random.Next()).Take(random.Next(20));
        return page with { Changes = [.. page.Changes.Concat(again).OrderBy(_ => random.Next())] };
    }
}
