using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <param name="Differences">Stored documents that were not what they should have been.</param>
internal sealed record RecountOutcome(
    int Customers, int Differences, long? NextDueAt, IReadOnlyList<Unprocessable> Failed)
{
    public static RecountOutcome Nothing { get; } = new(0, 0, null, []);

    public static RecountOutcome operator +(RecountOutcome one, RecountOutcome other) => new(
        one.Customers + other.Customers,
        one.Differences + other.Differences,
        one.NextDueAt is null || other.NextDueAt is null
            ? one.NextDueAt ?? other.NextDueAt
            : Math.Min(one.NextDueAt.Value, other.NextDueAt.Value),
        [.. one.Failed, .. other.Failed]);
}

/// <summary>
/// Computes everything of one bucket anew and writes what differs. The ledger says so before the first write and
/// until after the last, so nobody adds to totals that are half old and half new; a recount that was cut off is redone.
/// </summary>
internal sealed class BucketRecount(ITenantStore store, string bucket, FigureContext context)
{
    private readonly CustomerUpdate _update = new(context);
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Columns _columns = new();
    private readonly List<Unprocessable> _failed = [];
    private int _customers;
    private long _sum;
    private long? _nextDueAt;

    /// <param name="rebuild">Make histories anew from the facts themselves.</param>
    /// <exception cref="VersionConflictException">Another worker changed the bucket meanwhile; start again.</exception>
    public async Task<RecountOutcome> RunAsync(bool rebuild, CancellationToken stop)
    {
        var writer = await RecountWriter.OpenAsync(store, bucket, stop);
        await foreach (var group in new RecountSource(store, bucket).ReadAsync(rebuild, stop))
        {
            foreach (var (stored, truth) in group)
            {
                if (TryRecount(stored, truth) is { } save)
                {
                    await writer.AddAsync(save.Writes, save.Bytes, stop);
                }
            }
        }

        await WriteTotalsAsync(writer, stop);
        await writer.CloseAsync(context, _counts, stop);
        return new RecountOutcome(_customers, writer.Differences, _nextDueAt, _failed);
    }

    private CustomerSave? TryRecount(StoredCustomer stored, IReadOnlyList<FigureChange>? truth)
    {
        try
        {
            return Count(_update.Recount(stored, truth is null ? null : Computable(stored, truth)));
        }
        // The edge: a customer who cannot be computed must not stop the others. Pure code, so no I/O fails here.
#pragma warning disable CA1031
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            _failed.Add(new(StoredProfile.KeyOf(stored.CustomerId), 0, DeadLetters.ReasonOf(trouble)));
            return null;
        }
    }

    /// <summary>All documents of a customer but those that cannot be counted.</summary>
    private IReadOnlyList<FigureChange> Computable(StoredCustomer stored, IReadOnlyList<FigureChange> truth)
    {
        if (WhyNot(stored, truth) is null)
        {
            return truth;
        }

        var good = new List<FigureChange>();
        foreach (var change in truth)
        {
            if (WhyNot(stored, [.. good, change]) is { } reason)
            {
                _failed.Add(new(change.Source, change.Version, reason));
            }
            else
            {
                good.Add(change);
            }
        }

        return good;
    }

    private string? WhyNot(StoredCustomer stored, IReadOnlyList<FigureChange> truth)
    {
        try
        {
            _update.Recount(stored, truth);
            return null;
        }
        catch (Exception trouble) when (DeadLetters.IsOfTheDocument(trouble))
        {
            return DeadLetters.ReasonOf(trouble);
        }
    }

    private CustomerSave? Count((CustomerHistory History, StoredProfile? Profile, CustomerSave? Save) counted)
    {
        if (counted.Profile is not { } profile)
        {
            return counted.Save;
        }

        // No cell of the totals is larger than the sum of everything, so none can overflow.
        var sum = checked(_sum + profile.Value.Gross + (profile.Value.Gross - profile.Value.Net));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sum, BucketDraft.MostPerCell);
        _sum = sum;
        _customers++;
        _columns.Add(ColumnsReader.KeyOf(profile.CustomerId), counted.History);
        Standing.Add(_counts, profile, 1);
        _nextDueAt = profile.Due is { } due ? Math.Min(due.At, _nextDueAt ?? long.MaxValue) : _nextDueAt;
        return counted.Save;
    }

    private async Task WriteTotalsAsync(RecountWriter writer, CancellationToken stop)
    {
        var scope = new RecountScope { FrozenCuts = context.Cuts ?? NoCuts(), Threads = 1 };
        var totals = Recount.Run([_columns], context.Definitions, context.Now, scope).Buckets[0];
        var stored = new Dictionary<string, BucketTotals>(StringComparer.Ordinal);
        await foreach (var chunk in StorePages.AllAsync<BucketTotals>(
            store, new Query(Container.Figures, bucket, "totals"), stop))
        {
            stored.Add(chunk.Chunk, chunk);
        }

        foreach (var chunk in totals.Chunks())
        {
            stored.Remove(chunk.Id.ToString(), out var before);
            before ??= new() { Bucket = bucket, Chunk = chunk.Id.ToString(), Cells = [] };
            await WriteAsync(writer, before, chunk.Bytes, stop);
        }

        foreach (var obsolete in stored.Values)
        {
            await WriteAsync(writer, obsolete, [], stop);
        }
    }

    private static async Task WriteAsync(
        RecountWriter writer, BucketTotals before, byte[] cells, CancellationToken stop)
    {
        if (!before.Cells.AsSpan().SequenceEqual(cells))
        {
            var bytes = 400 + (cells.Length * 4 / 3);
            await writer.AddAsync([new PlannedWrite(WriteKind.Put, before with { Cells = cells })], bytes, stop);
        }
    }

    // Before the first epoch nobody has scores; the recount must not make any.
    private RfmCuts NoCuts() => new(0, context.Now, 0, context.Definitions.Rfm)
    {
        Recency = new RfmCut([]), Frequency = new RfmCut([]), Monetary = new RfmCut([]),
    };
}
