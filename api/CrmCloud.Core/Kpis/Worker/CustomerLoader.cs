using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>Reads what is stored of a group of customers of one bucket: at most 300 of them.</summary>
internal sealed class CustomerLoader(ITenantStore store)
{
    private const int MostKeys = 1_000;

    /// <param name="readDueRows">Do not trust what profiles say of their due rows.</param>
    public async Task<IReadOnlyList<(StoredCustomer Stored, CustomerWork Work)>> LoadAsync(
        IReadOnlyList<CustomerWork> group, bool readDueRows, CancellationToken stop)
    {
        var keys = group.Select(work => StoredProfile.KeyOf(work.CustomerId));
        var profiles = (await store.FindManyAsync<StoredProfile>([.. keys], stop))
            .ToDictionary(profile => profile.CustomerId);
        var chunks = await ChunksAsync([.. profiles.Values], stop);
        var strangers = group.Where(work => !profiles.ContainsKey(work.CustomerId)).ToList();
        var marks = strangers.Select(work => GoneCustomer.KeyOf(work.CustomerId));
        var gone = (await store.FindManyAsync<GoneCustomer>([.. marks], stop))
            .ToDictionary(mark => mark.CustomerId);
        var due = readDueRows ? await DueRowsAsync([.. profiles.Values], stop) : null;
        var loaded = new List<(StoredCustomer, CustomerWork)>();
        foreach (var work in group)
        {
            var id = work.CustomerId;
            var (profile, mark) = (profiles.GetValueOrDefault(id), gone.GetValueOrDefault(id));
            var stored = new StoredCustomer(id, profile, chunks.GetValueOrDefault(id) ?? [], mark)
            {
                DueRowVersion = due is null ? null : due.GetValueOrDefault(work.CustomerId),
            };
            loaded.Add((stored, mark is null ? work : await new SourceCheck(store).OnlyTrueAsync(work, stop)));
        }

        return loaded;
    }

    /// <summary>The history chunks of customers, each list in order.</summary>
    public async Task<Dictionary<string, List<HistoryChunk>>> ChunksAsync(
        IReadOnlyList<StoredProfile> profiles, CancellationToken stop)
    {
        var keys = profiles.SelectMany(profile =>
            Enumerable.Range(0, profile.Chunks).Select(number => HistoryChunk.KeyOf(profile.CustomerId, number)));
        var chunks = new Dictionary<string, List<HistoryChunk>>(StringComparer.Ordinal);
        foreach (var some in keys.Chunk(MostKeys))
        {
            foreach (var chunk in await store.FindManyAsync<HistoryChunk>(some, stop))
            {
                if (!chunks.TryGetValue(chunk.CustomerId, out var list))
                {
                    chunks[chunk.CustomerId] = list = [];
                }

                list.Add(chunk);
            }
        }

        foreach (var list in chunks.Values)
        {
            list.Sort((one, other) => one.Number.CompareTo(other.Number));
        }

        return chunks;
    }

    private async Task<Dictionary<string, long>> DueRowsAsync(
        IReadOnlyList<StoredProfile> profiles, CancellationToken stop)
    {
        var keys = profiles.Where(p => p.Due is not null).Select(p => DueRow.KeyOf(p.CustomerId, p.Due!.At)).ToList();
        return (await store.FindManyAsync<DueRow>(keys, stop)).ToDictionary(row => row.CustomerId, row => row.Version);
    }
}
