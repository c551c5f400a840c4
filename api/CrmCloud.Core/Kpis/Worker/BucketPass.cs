using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>What a pass over customers came to.</summary>
/// <param name="Customers">Customers whose figures changed.</param>
/// <param name="NextDueAt">The earliest due row that was written, epoch milliseconds; null for none.</param>
internal sealed record PassOutcome(int Customers, long? NextDueAt, IReadOnlyList<Unprocessable> Failed)
{
    public static PassOutcome Nothing { get; } = new(0, null, []);

    public static PassOutcome operator +(PassOutcome one, PassOutcome other) => new(
        one.Customers + other.Customers,
        one.NextDueAt is null || other.NextDueAt is null
            ? one.NextDueAt ?? other.NextDueAt
            : Math.Min(one.NextDueAt.Value, other.NextDueAt.Value),
        [.. one.Failed, .. other.Failed]);
}

/// <summary>
/// Brings customers of one bucket up to date: profile, history, due row, partial totals and ledger of as many
/// customers as fit are saved in one batch. What is already known is found equal and not written.
/// </summary>
/// <remarks>One pass at a time works on a bucket; if two do, the ledger's version lets only one of them save.</remarks>
internal sealed class BucketPass(ITenantStore store, string bucket, FigureContext context)
{
    private const int CustomersAtOnce = 250;
    private const int MostAttempts = 8;

    private readonly CustomerUpdate _update = new(context);
    private BucketDraft? _draft;

    /// <exception cref="RecountNeededException">
    /// The bucket's totals are of other settings or half recounted.
    /// </exception>
    /// <exception cref="VersionConflictException">Others kept changing the bucket.</exception>
    public async Task<PassOutcome> RunAsync(IEnumerable<CustomerWork> works, CancellationToken stop)
    {
        var outcome = PassOutcome.Nothing;
        foreach (var group in works.Chunk(CustomersAtOnce))
        {
            outcome += await RunGroupAsync(group, stop);
        }

        return outcome;
    }

    /// <summary>Notes that every profile of the bucket is scored by the context's cuts.</summary>
    public async Task MarkScoredAsync(CancellationToken stop)
    {
        _draft ??= await BucketDraft.LoadAsync(store, bucket, context, stop);
        await _draft.MarkScoredAsync(context.Cuts?.Version ?? 0, stop);
    }

    private async Task<PassOutcome> RunGroupAsync(CustomerWork[] group, CancellationToken stop)
    {
        var tooLarge = new List<CustomerWork>();
        var outcome = await RepeatAsync(group, tooLarge, stop);
        foreach (var work in tooLarge)
        {
            // Fewer changes touch fewer periods; one alone always fits unless its amounts are absurd.
            var half = work.Changes.Count / 2;
            outcome += await RunGroupAsync([work with { Changes = [.. work.Changes.Take(half)] }], stop);
            outcome += await RunGroupAsync([work with { Changes = [.. work.Changes.Skip(half)] }], stop);
        }

        return outcome;
    }

    private async Task<PassOutcome> RepeatAsync(
        CustomerWork[] group, List<CustomerWork> tooLarge, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            tooLarge.Clear();
            try
            {
                return await AttemptAsync(group, attempt > 1, tooLarge, stop);
            }
            catch (VersionConflictException) when (attempt < MostAttempts)
            {
                // Everything read is in doubt. Customers already saved are found equal the next time.
                _draft = null;
            }
        }
    }

    private async Task<PassOutcome> AttemptAsync(
        CustomerWork[] group, bool readDueRows, List<CustomerWork> tooLarge, CancellationToken stop)
    {
        _draft ??= await BucketDraft.LoadAsync(store, bucket, context, stop);
        var failed = new List<Unprocessable>();
        var saves = new List<CustomerSave>();
        foreach (var (stored, work) in await new CustomerLoader(store).LoadAsync(group, readDueRows, stop))
        {
            if (await ApplyAsync(stored, work, failed, stop) is { } save)
            {
                saves.Add(save);
            }
        }

        await _draft.LoadChunksAsync(saves.Select(save => save.Delta), stop);
        foreach (var save in saves)
        {
            if (!await TryAddAsync(save, stop))
            {
                Refuse(group.First(work => work.CustomerId == save.CustomerId), failed, tooLarge);
            }
        }

        await _draft.FlushAsync(stop);
        var due = saves.Where(save => save.After?.Due is not null).Select(save => (long?)save.After!.Due!.At).Min();
        return new PassOutcome(saves.Count, due, failed);
    }

    private async Task<bool> TryAddAsync(CustomerSave save, CancellationToken stop)
    {
        if (!_draft!.Fits(save))
        {
            await _draft.FlushAsync(stop);
        }

        return _draft.TryAdd(save);
    }

    private static void Refuse(CustomerWork work, List<Unprocessable> failed, List<CustomerWork> tooLarge)
    {
        if (work.Changes.Count > 1)
        {
            tooLarge.Add(work);
        }
        else
        {
            failed.AddRange(Failures(work.Changes, work.CustomerId, BucketDraft.TooMuch));
        }
    }

    private async Task<CustomerSave?> ApplyAsync(
        StoredCustomer stored, CustomerWork work, List<Unprocessable> failed, CancellationToken stop)
    {
        var trouble = new List<Unprocessable>();
        var save = TryApply(stored, work, trouble);
        if (_update.Doubts.Count > 0)
        {
            trouble.Clear();
            save = TryApply(stored, await new SourceCheck(store).VerifyAsync(work, _update.Doubts, stop), trouble);
        }

        failed.AddRange(trouble);
        return save;
    }

    /// <summary>Applies a customer's changes; where one of them cannot be applied, all the others.</summary>
    private CustomerSave? TryApply(StoredCustomer stored, CustomerWork work, List<Unprocessable> failed)
    {
        try
        {
            return _update.Apply(stored, work);
        }
        // The edge: a customer who cannot be computed must not stop the others. Pure code, so no I/O fails here.
#pragma warning disable CA1031
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            if (work.Changes.Count <= 1)
            {
                failed.AddRange(Failures(work.Changes, work.CustomerId, DeadLetters.ReasonOf(trouble)));
                return null;
            }
        }

        return ApplyOneByOne(stored, work, failed);
    }

    private CustomerSave? ApplyOneByOne(StoredCustomer stored, CustomerWork work, List<Unprocessable> failed)
    {
        var good = new List<FigureChange>();
        CustomerSave? save = null;
        foreach (var change in work.Changes)
        {
            try
            {
                save = _update.Apply(stored, work with { Changes = [.. good, change] });
                good.Add(change);
            }
#pragma warning disable CA1031 // As above.
            catch (Exception trouble)
#pragma warning restore CA1031
            {
                failed.AddRange(Failures([change], work.CustomerId, DeadLetters.ReasonOf(trouble)));
            }
        }

        return save;
    }

    // Without a change to blame, his profile stands for him.
    private static IEnumerable<Unprocessable> Failures(
        IReadOnlyList<FigureChange> changes, string customer, string reason) =>
        changes.Count > 0
            ? changes.Select(change => new Unprocessable(change.Source, change.Version, reason))
            : [new Unprocessable(StoredProfile.KeyOf(customer), 0, reason)];
}
