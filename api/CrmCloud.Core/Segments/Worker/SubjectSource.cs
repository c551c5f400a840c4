using System.Runtime.CompilerServices;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Rules;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>
/// Reads customers of one bucket as rules see them. Facts are loaded into one object that the next customer reuses: a
/// subject is good until the next one is asked for.
/// </summary>
internal sealed class SubjectSource(ITenantStore store, string bucket, RuleNeeds needs, bool readNamed)
{
    private const int PageSize = 1_000;

    private readonly RuleFacts _facts = new();

    /// <summary>Named customers, whether they exist or not, in the order given. At most 1,000.</summary>
    public async IAsyncEnumerable<Evaluee> OfAsync(
        IReadOnlyList<string> customerIds, [EnumeratorCancellation] CancellationToken stop)
    {
        var profiles = (await store.FindManyAsync<StoredProfile>([.. customerIds.Select(StoredProfile.KeyOf)], stop))
            .Where(profile => profile.Exists).ToDictionary(profile => profile.CustomerId);
        var chunks = needs.HasFlag(RuleNeeds.Events)
            ? await new CustomerLoader(store).ChunksAsync([.. profiles.Values], stop)
            : [];
        var customers = needs.HasFlag(RuleNeeds.Customer)
            ? (await store.FindAllAsync<Customer>([.. profiles.Keys.Select(Customer.KeyOf)], stop))
                .ToDictionary(customer => customer.CustomerId)
            : [];
        foreach (var id in customerIds)
        {
            var named = readNamed ? await NamedAsync(id, stop) : null;
            yield return profiles.TryGetValue(id, out var profile)
                ? Make(profile, chunks.GetValueOrDefault(id), customers.GetValueOrDefault(id), named)
                : new Evaluee(CustomerNumber.Of(id), null, null);
        }
    }

    /// <summary>Everybody in the order of their ids: the sorted streams of what is his are read side by side.</summary>
    public async IAsyncEnumerable<Evaluee> AllAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await using var histories = new SortedStream<HistoryChunk>(
            needs.HasFlag(RuleNeeds.Events) ? Stream<HistoryChunk>(Container.Figures, "history", stop) : null,
            chunk => chunk.CustomerId);
        await using var customers = new SortedStream<Customer>(
            needs.HasFlag(RuleNeeds.Customer) ? Stream<Customer>(Container.Master, "customer", stop) : null,
            customer => customer.CustomerId);
        await using var named = new SortedStream<ManualMember>(
            readNamed ? Stream<ManualMember>(Container.Master, "manualmember", stop) : null,
            member => member.CustomerId);
        await foreach (var read in Stream<RuleProfile>(Container.Figures, "profile", stop))
        {
            var profile = read.Stored;
            if (profile.Exists)
            {
                var id = profile.CustomerId;
                var master = await customers.OfAsync(id) is [var first, ..] ? first : null;
                var members = readNamed ? NamedIn(await named.OfAsync(id)) : null;
                yield return Make(profile, await histories.OfAsync(id), master, members);
            }
        }
    }

    private Evaluee Make(
        StoredProfile profile, IReadOnlyList<HistoryChunk>? chunks, Customer? customer,
        IReadOnlyDictionary<string, bool>? named)
    {
        if (chunks is not { Count: > 0 })
        {
            _facts.Clear();
        }
        else if (TryLoad(chunks) is { } unreadable)
        {
            return new Evaluee(CustomerNumber.Of(profile.CustomerId), null, null) { Unreadable = unreadable };
        }

        var subject = new RuleSubject(_facts) { Profile = profile, Customer = customer };
        return new Evaluee(CustomerNumber.Of(profile.CustomerId), subject, named);
    }

    private Unprocessable? TryLoad(IReadOnlyList<HistoryChunk> chunks)
    {
        try
        {
            _facts.Load([.. chunks.Select(chunk => chunk.Packed)]);
            return null;
        }
        catch (Exception trouble) when (DeadLetters.IsOfTheDocument(trouble))
        {
            return new(chunks[0].Key, chunks[0].Version, DeadLetters.ReasonOf(trouble));
        }
    }

    private async Task<IReadOnlyDictionary<string, bool>> NamedAsync(string customerId, CancellationToken stop)
    {
        var query = new Query(Container.Master, bucket, "manualmember")
        {
            IdPrefix = customerId + "/", Take = PageSize,
        };
        return NamedIn((await store.QueryAsync<ManualMember>(query, stop)).Items);
    }

    private static Dictionary<string, bool> NamedIn(IReadOnlyList<ManualMember> members) =>
        members.ToDictionary(member => member.SegmentId, member => member.Imported, StringComparer.Ordinal);

    private IAsyncEnumerable<T> Stream<T>(Container container, string kind, CancellationToken stop)
        where T : class, IDocument =>
        StorePages.AllAsync<T>(store, new Query(container, bucket, kind) { Take = PageSize }, stop);
}

/// <summary>Documents of customers in the order of the customers' ids, taken customer by customer.</summary>
internal sealed class SortedStream<T>(IAsyncEnumerable<T>? documents, Func<T, string> customerOf) : IAsyncDisposable
    where T : class, IDocument
{
    private readonly IAsyncEnumerator<T>? _documents = documents?.GetAsyncEnumerator();
    private readonly List<T> _found = [];
    private bool _started;
    private T? _next;

    /// <summary>The documents of a customer; customers must be asked for in the order of their ids.</summary>
    /// <returns>Good until the next call.</returns>
    public async ValueTask<IReadOnlyList<T>> OfAsync(string customerId)
    {
        _found.Clear();
        if (_documents is null)
        {
            return _found;
        }

        if (!_started)
        {
            _started = true;
            await MoveAsync();
        }

        while (_next is { } one && string.CompareOrdinal(customerOf(one), customerId) <= 0)
        {
            if (customerOf(one) == customerId)
            {
                _found.Add(one);
            }

            await MoveAsync();
        }

        return _found;
    }

    public ValueTask DisposeAsync() => _documents?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask MoveAsync() => _next = await _documents!.MoveNextAsync() ? _documents.Current : null;
}
