using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using CrmCloud.Core.Bulk;
using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>Everything that a tenant has in both modes, whatever features keep it.</summary>
/// <remarks>
/// Read from the change feeds, which show every document and tombstone of every kind: a feature that is added needs
/// nothing here. Left out is how far a consumer has read, which means something in one store only: elsewhere he reads
/// from the beginning, and finds everything done.
/// </remarks>
public sealed class TenantContent(IDocumentStore stores, UploadStore uploads)
{
    private const int PageSize = 200;
    private const string ReadingPlace = "cursor";

    internal static IReadOnlyList<DataMode> Modes { get; } = [DataMode.Live, DataMode.Sandbox];

    /// <summary>What a tenant's own store is made of.</summary>
    internal static IReadOnlyList<Container> Containers { get; } =
        [Container.Master, Container.Interactions, Container.Figures, Container.DeadLetters];

    internal async IAsyncEnumerable<MovedDocument> DocumentsAsync(
        string tenant, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var mode in Modes)
        {
            foreach (var container in Containers)
            {
                await foreach (var change in ChangesAsync(stores.Open(tenant, mode), container, stop))
                {
                    if (change.Key.Kind != ReadingPlace)
                    {
                        yield return new(mode, change);
                    }
                }
            }
        }
    }

    /// <summary>Uploads and rows that imports refused. Files that are just arriving are not there yet.</summary>
    internal IEnumerable<(MovedFile File, string Path)> Files(string tenant) =>
        Modes.SelectMany(mode => uploads.Open(tenant, mode).Files().Select(file =>
            (new MovedFile(mode, file.Name, file.Length, new(file.LastWriteTimeUtc)), file.FullName)));

    /// <param name="horizon">What ends until then is left out; null for nothing.</param>
    internal async Task<Tally> TallyAsync(string tenant, DateTimeOffset? horizon, CancellationToken stop)
    {
        var tally = new Tally();
        await foreach (var document in DocumentsAsync(tenant, stop))
        {
            if (document.Outlives(horizon))
            {
                tally.Add(document);
            }
        }

        foreach (var (file, path) in Files(tenant))
        {
            await using var content = File.OpenRead(path);
            tally.Add(file, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, stop)));
        }

        return tally;
    }

    internal static async IAsyncEnumerable<Change> ChangesAsync(
        ITenantStore store, Container container, [EnumeratorCancellation] CancellationToken stop)
    {
        string? since = null;
        for (var caughtUp = false; !caughtUp;)
        {
            var page = await store.ReadChangesAsync(container, since, PageSize, stop);
            foreach (var change in page.Changes)
            {
                yield return change;
            }

            (since, caughtUp) = (page.Next, page.CaughtUp);
        }
    }
}
