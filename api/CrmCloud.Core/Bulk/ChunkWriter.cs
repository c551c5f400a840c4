using System.Text.Json;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <param name="Conflict">What somebody else changed meanwhile; null when the whole chunk is stored.</param>
/// <param name="Saved">Customers, consents and facts that were stored.</param>
public readonly record struct ChunkWritten(DocumentKey? Conflict, int Saved);

/// <summary>
/// Writes what a chunk decided: claims, then customers and consents, then facts, then what is obsolete. Batches of one
/// step go to the store at once; each stands or falls alone, and doing the chunk again completes what is missing.
/// </summary>
/// <remarks>
/// A batch that meets a conflict is written document by document, so that only what somebody else changed is left, and
/// with it whatever belongs to the same customer: nothing may be stored for a customer who is not.
/// </remarks>
public sealed class ChunkWriter(ITenantStore store, BulkOperation operation)
{
    // Well below the store's 2 MB: sizes are estimated, not measured.
    private const int BatchBytes = 1_000_000;

    /// <param name="again">Parts of the chunk may be stored already.</param>
    /// <returns>With a conflict: decide anew, which leaves what is stored as it is.</returns>
    public async Task<ChunkWritten> WriteAsync(
        ChunkDecision decision, DateTimeOffset now, bool again, CancellationToken stop)
    {
        var left = await SaveAsync(Batches(decision.Claims, []), stop);
        var claims = new ClaimBook(store);
        var releases = await claims.OwnedAsync(decision.Releases, stop);
        var saved = 0;
        var (obsolete, moving) = await FenceAsync(decision.Deletes, stop);
        left.AddRange(moving);
        foreach (var container in new[] { Container.Master, Container.Interactions })
        {
            var customers = left.SelectMany(CustomersOf).ToHashSet(StringComparer.Ordinal);
            var facts = left.OfType<ICustomerFact>().Select(f => f.FactId).ToHashSet(StringComparer.Ordinal);
            var puts = decision.Puts
                .Where(p => p.Key.Container == container && !CustomersOf(p.Document).Any(customers.Contains)
                    && !(p.Document is ICustomerFact fact && facts.Contains(fact.FactId)))
                .ToList();
            var audit = await AuditAsync(puts, now, again || left.Count > 0, stop);
            var refused = await SaveAsync(Batches(puts, audit), stop);
            saved += puts.Count - refused.Count;
            left.AddRange(refused);
        }

        if (left.Count > 0)
        {
            return new(left[0].Key, saved);
        }

        foreach (var former in obsolete)
        {
            await store.DeleteIfUnchangedAsync(former, stop);
        }

        await claims.ReleaseAsync(releases, stop);
        return new(null, saved);
    }

    /// <returns>What to delete later, and what cannot be replaced because it changed since it was read.</returns>
    private async Task<(List<IDocument> Obsolete, List<IDocument> Changed)> FenceAsync(
        IEnumerable<IDocument> documents, CancellationToken stop)
    {
        var (obsolete, changed) = (new List<IDocument>(), new List<IDocument>());
        foreach (var document in documents)
        {
            try
            {
                obsolete.Add(await store.FenceAsync(document, stop));
            }
            catch (VersionConflictException)
            {
                changed.Add(document);
            }
        }

        return (obsolete, changed);
    }

    /// <returns>What could not be saved, because it changed since it was read.</returns>
    private async Task<List<IDocument>> SaveAsync(IEnumerable<Batch> batches, CancellationToken stop)
    {
        var left = await Task.WhenAll(batches.Select(batch => TryAsync(batch, stop)));
        return [.. left.SelectMany(documents => documents)];
    }

    private async Task<IEnumerable<IDocument>> TryAsync(Batch batch, CancellationToken stop)
    {
        try
        {
            await store.SaveAsync(batch, stop);
            return [];
        }
        catch (VersionConflictException)
        {
            var documents = batch.Writes.Select(w => w.Document!).ToList();
            // An entry of the audit log is there already when it conflicts: the chunk was begun before.
            return documents.Count > 1
                ? await SaveAsync(documents.Select(d => Batch.Of(d)), stop)
                : documents.Where(d => d is not AuditEntry);
        }
    }

    /// <summary>The customers a document is about; a claim on a fact names his as its owner too.</summary>
    private static IEnumerable<string> CustomersOf(IDocument document) => document switch
    {
        Claim claim => claim.Candidates,
        Customer customer => [customer.CustomerId],
        ICustomerFact fact => [fact.CustomerId],
        Consent consent => [consent.CustomerId],
        _ => [],
    };

    /// <summary>One entry for each partition that the chunk writes to, in the first of its batches.</summary>
    private async Task<Dictionary<string, AuditEntry>> AuditAsync(
        List<(DocumentKey Key, IDocument Document)> puts, DateTimeOffset now, bool again, CancellationToken stop)
    {
        var entries = puts.GroupBy(p => p.Key.Partition)
            .Select(group => Entry(group.First().Key, group.Count(), now))
            .ToList();
        if (again && entries.Count > 0)
        {
            var stored = await store.FindAllAsync<AuditEntry>([.. entries.Select(e => e.Key)], stop);
            entries.RemoveAll(e => stored.Any(s => s.Key == e.Key));
        }

        return entries.ToDictionary(e => e.Partition);
    }

    private AuditEntry Entry(DocumentKey first, int count, DateTimeOffset now) => new()
    {
        Container = first.Container,
        Partition = first.Partition,
        EntryId = $"{operation.OperationId}-{operation.Progress.Chunks}",
        At = now,
        Actor = operation.RequestedBy,
        Operation = "bulkImport",
        TargetId = operation.Id,
        RequestId = operation.OperationId,
        Changes = [new([first.Kind, "count"], null, JsonSerializer.SerializeToElement(count))],
    };

    private static IEnumerable<Batch> Batches(
        IEnumerable<(DocumentKey Key, IDocument Document)> puts, Dictionary<string, AuditEntry> audit)
    {
        foreach (var partition in puts.GroupBy(p => (p.Key.Container, p.Key.Partition)))
        {
            var batch = audit.TryGetValue(partition.Key.Partition, out var entry) ? Batch.Of(entry) : new Batch();
            var bytes = 0;
            // In the order of their ids, so that neighbours in the file are neighbours in the store's index.
            foreach (var (_, document) in partition.OrderBy(p => p.Key.Id, StringComparer.Ordinal))
            {
                var size = SizeOf(document);
                if (batch.Writes.Count == Batch.MaxWrites || (bytes + size > BatchBytes && batch.Writes.Count > 0))
                {
                    yield return batch;
                    (batch, bytes) = (new Batch(), 0);
                }

                batch.Put(document);
                bytes += size;
            }

            yield return batch;
        }
    }

    /// <summary>Bytes of the document as JSON, rather too many than too few.</summary>
    private static int SizeOf(IDocument document) => document switch
    {
        Transaction transaction =>
            1_000 + transaction.StoredItems.Sum(i => 90 + (3 * (i.Sku.Length + (i.Category?.Length ?? 0)))),
        Interaction interaction =>
            1_500 + (3 * ((interaction.Summary?.Length ?? 0) + (interaction.Properties?.GetRawText().Length ?? 0))),
        Customer customer =>
            4_000 + (500 * (customer.ExternalIds.Count + customer.Identities.Count + customer.Likes.Count))
            + customer.StoredAttributes.Sum(
                a => 200 + (6 * ((a.Text?.Length ?? 0) + (a.List?.Sum(t => t.Length) ?? 0)))),
        Consent consent => 1_500 + (1_500 * consent.History.Count),
        _ => 1_000,
    };
}
