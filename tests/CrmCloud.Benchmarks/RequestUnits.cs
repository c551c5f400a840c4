using CrmCloud.Store;

namespace CrmCloud.Benchmarks;

/// <summary>
/// What a call would cost in Cosmos DB by Microsoft's published figures, never measured by us against an account.
/// </summary>
/// <remarks>
/// Published ("Optimize request cost in Azure Cosmos DB", learn.microsoft.com/azure/cosmos-db/optimize-cost-reads-
/// writes): a point read of 1 KB costs 1 request unit, of 100 KB 10; a write of 1 KB costs 5, of 100 KB 50. Between
/// and beyond we draw the straight line. Not published, and assumed here: a query costs 3 and what a read of its
/// answer would; a page of the feed costs what a read of it would; indexes add a tenth to a write.
/// </remarks>
internal static class RequestUnits
{
    private const double QueryBase = 3;
    private const double IndexShare = 1.1;

    public static double Read(long bytes) => 1 + (9 / 99.0 * Beyond(bytes));

    public static double Query(long bytes) => QueryBase + Read(bytes);

    public static double Write(long bytes) => IndexShare * (5 + (45 / 99.0 * Beyond(bytes)));

    // Kilobytes beyond the first.
    private static double Beyond(long bytes) => Math.Max(0, (bytes / 1_024.0) - 1);
}

/// <summary>Counts calls and bytes on the wire, and prices what is read. Shared by all handlers of one store.</summary>
internal sealed class WireMeter
{
    private long _trips;
    private long _sent;
    private long _received;
    private double _units;
    private readonly Lock _gate = new();

    public HttpMessageHandler NewHandler() => new Handler(this);

    public Spent Now
    {
        get
        {
            lock (_gate)
            {
                return new(_trips, _sent, _received, _units);
            }
        }
    }

    public void Add(long trips, long sent, long received, double units)
    {
        lock (_gate)
        {
            (_trips, _sent, _received, _units) = (_trips + trips, _sent + sent, _received + received, _units + units);
        }
    }

    private sealed class Handler(WireMeter meter) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
        {
            var sent = request.Content is null ? 0 : (await request.Content.ReadAsByteArrayAsync(stop)).LongLength;
            var response = await base.SendAsync(request, stop);
            await response.Content.LoadIntoBufferAsync(stop);
            var received = response.Content.Headers.ContentLength ?? 0;
            if (request.RequestUri!.AbsolutePath.Contains("/docs", StringComparison.Ordinal))
            {
                meter.Add(1, sent, received, UnitsOf(request, received));
            }

            return response;
        }

        // Writes are priced where their documents are known, by MeteredStore.
        private static double UnitsOf(HttpRequestMessage request, long received) =>
            request.Headers.Contains("x-ms-documentdb-isquery") ? RequestUnits.Query(received)
            : request.Method == HttpMethod.Get ? RequestUnits.Read(received)
            : 0;
    }
}

/// <param name="Sent">Bytes of bodies.</param>
/// <param name="Units">Request units by the model.</param>
internal readonly record struct Spent(long Trips, long Sent, long Received, double Units)
{
    public static Spent operator -(Spent after, Spent before) => new(
        after.Trips - before.Trips, after.Sent - before.Sent, after.Received - before.Received,
        after.Units - before.Units);

    public static Spent operator +(Spent one, Spent other) => new(
        one.Trips + other.Trips, one.Sent + other.Sent, one.Received + other.Received, one.Units + other.Units);
}

/// <summary>The store, and what each document that is written would cost.</summary>
internal sealed class MeteredStore(IDocumentStore stores, WireMeter meter) : IDocumentStore
{
    // What the adapter puts around a document: id, key, version, ids of saves.
    private const int Envelope = 300;

    public ITenantStore Directory => new Metered(stores.Directory, meter);

    public ITenantStore Open(string tenant, DataMode mode) => new Metered(stores.Open(tenant, mode), meter);

    public Task CheckAsync(CancellationToken stop) => stores.CheckAsync(stop);

    public ValueTask DisposeAsync() => stores.DisposeAsync();

    private sealed class Metered(ITenantStore store, WireMeter meter) : ITenantStore
    {
        public Task<T?> FindAsync<T>(DocumentKey key, CancellationToken stop)
            where T : class, IDocument => store.FindAsync<T>(key, stop);

        public Task<IReadOnlyList<T>> FindManyAsync<T>(IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
            where T : class, IDocument => store.FindManyAsync<T>(keys, stop);

        public Task<Page<T>> QueryAsync<T>(Query query, CancellationToken stop)
            where T : class, IDocument => store.QueryAsync<T>(query, stop);

        public Task SaveAsync(Batch batch, CancellationToken stop)
        {
            meter.Add(0, 0, 0, batch.Writes.Sum(write => RequestUnits.Write(
                Envelope + (write.Document is { } document ? DocumentJson.Write(document).LongLength : 0))));
            return store.SaveAsync(batch, stop);
        }

        public Task<ChangePage> ReadChangesAsync(
            Container container, string? since, int take, CancellationToken stop) =>
            store.ReadChangesAsync(container, since, take, stop);
    }
}
