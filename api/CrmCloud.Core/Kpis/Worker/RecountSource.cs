using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>A customer as stored, and all documents that figures depend on, where they were asked for.</summary>
internal sealed record RecountCustomer(StoredCustomer Stored, IReadOnlyList<FigureChange>? Truth);

/// <summary>Reads all customers of a bucket for a recount, in the order of their ids.</summary>
internal sealed class RecountSource(ITenantStore store, string bucket)
{
    private const int CustomersAtOnce = 250;

    /// <param name="withTruth">Also every document that figures depend on; else what is stored is trusted.</param>
    public IAsyncEnumerable<IReadOnlyList<RecountCustomer>> ReadAsync(bool withTruth, CancellationToken stop) =>
        withTruth ? ReadTruthAsync(stop) : ReadStoredAsync(stop);

    private async IAsyncEnumerable<IReadOnlyList<RecountCustomer>> ReadStoredAsync(
        [EnumeratorCancellation] CancellationToken stop)
    {
        var query = new Query(Container.Figures, bucket, "profile") { Take = CustomersAtOnce };
        await foreach (var page in StorePages.PagesAsync<StoredProfile>(store, query, stop))
        {
            yield return await LoadAsync(
                [.. page.Items.Select(p => (p.CustomerId, (IReadOnlyList<FigureChange>?)null))], stop);
        }
    }

    // Five streams in the same order, merged: whoever appears in any of them is looked at once, with all that is his.
    private async IAsyncEnumerable<IReadOnlyList<RecountCustomer>> ReadTruthAsync(
        [EnumeratorCancellation] CancellationToken stop)
    {
        var merged = new MergedChanges(
        [
            Documents(Container.Figures, "profile", stop),
            Documents(Container.Master, "customer", stop),
            Documents(Container.Master, "consent", stop),
            Documents(Container.Interactions, "transaction", stop),
            Documents(Container.Interactions, "interaction", stop),
        ]);
        var group = new List<(string, IReadOnlyList<FigureChange>?)>();
        await foreach (var (customer, changes) in merged.ReadAsync(stop))
        {
            group.Add((customer, changes));
            if (group.Count == CustomersAtOnce)
            {
                yield return await LoadAsync(group, stop);
                group.Clear();
            }
        }

        yield return await LoadAsync(group, stop);
    }

    private async Task<IReadOnlyList<RecountCustomer>> LoadAsync(
        IReadOnlyList<(string Id, IReadOnlyList<FigureChange>? Truth)> customers, CancellationToken stop)
    {
        var works = customers.Select(customer => new CustomerWork(customer.Id, [])).ToList();
        var loaded = await new CustomerLoader(store).LoadAsync(works, readDueRows: true, stop);
        return [.. loaded.Zip(customers, (stored, customer) => new RecountCustomer(stored.Stored, customer.Truth))];
    }

    private async IAsyncEnumerable<Change> Documents(
        Container container, string kind, [EnumeratorCancellation] CancellationToken stop)
    {
        var query = new Query(container, bucket, kind) { Take = 500 };
        await foreach (var page in StorePages.PagesAsync<RawDocument>(store, query, stop))
        {
            for (var i = 0; i < page.Items.Count; i++)
            {
                var key = new DocumentKey(container, bucket, page.Positions[i].Id);
                yield return new Change(key, page.Items[i].Version, false, DocumentJson.Write(page.Items[i]));
            }
        }
    }

    /// <summary>Any document as it is: one that is not what its kind promises must not spoil its page.</summary>
    private sealed record RawDocument : IDocument
    {
        public long Version { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement> Members { get; init; } = [];

        [JsonIgnore]
        public DocumentKey Key => throw new NotSupportedException("This is only ever read.");
    }
}

/// <summary>Merges streams of customers' documents, each in the order of customer ids, into one of customers.</summary>
internal sealed class MergedChanges(IReadOnlyList<IAsyncEnumerable<Change>> streams)
{
    public async IAsyncEnumerable<(string Customer, IReadOnlyList<FigureChange> Changes)> ReadAsync(
        [EnumeratorCancellation] CancellationToken stop)
    {
        var open = new List<IAsyncEnumerator<Change>>();
        try
        {
            foreach (var stream in streams)
            {
                var enumerator = stream.GetAsyncEnumerator(stop);
                open.Add(enumerator);
                await MoveAsync(enumerator, open);
            }

            while (open.Count > 0)
            {
                var customer = open.Select(one => CustomerOf(one.Current)).Min(StringComparer.Ordinal)!;
                var changes = new List<FigureChange>();
                foreach (var enumerator in open.ToList())
                {
                    await TakeAsync(enumerator, customer, changes, open);
                }

                yield return (customer, changes);
            }
        }
        finally
        {
            foreach (var enumerator in open)
            {
                await enumerator.DisposeAsync();
            }
        }
    }

    private static async Task TakeAsync(
        IAsyncEnumerator<Change> from, string customer, List<FigureChange> changes, List<IAsyncEnumerator<Change>> open)
    {
        while (open.Contains(from) && CustomerOf(from.Current) == customer)
        {
            if (from.Current.Key.Container != Container.Figures && TryParse(from.Current) is { } change)
            {
                changes.Add(change);
            }

            await MoveAsync(from, open);
        }
    }

    private static async Task MoveAsync(IAsyncEnumerator<Change> enumerator, List<IAsyncEnumerator<Change>> open)
    {
        if (!await enumerator.MoveNextAsync())
        {
            open.Remove(enumerator);
            await enumerator.DisposeAsync();
        }
    }

    // What cannot be read has its letter from the day it was written.
    private static FigureChange? TryParse(Change change)
    {
        try
        {
            return ChangeParser.Parse(change);
        }
        catch (Exception trouble) when (DeadLetters.IsOfTheDocument(trouble))
        {
            return null;
        }
    }

    private static string CustomerOf(Change change) => change.Key.Id.Split('/')[1];
}
