using CrmCloud.Core.Audit;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.Store;

namespace CrmCloud.Core.Pipeline;

/// <summary>
/// The one way a mutation takes effect: validate, look for an earlier result, decide, reserve, claim, then write the
/// documents, the audit entry and the idempotency marker in one batch. A dry run stops before the first write.
/// </summary>
/// <remarks>
/// Crash safety: a reservation or claim without its effect only tells the next caller which ids to use. The marker is
/// in the effect's own batch, so a repeat either finds it or finds that nothing happened.
/// </remarks>
public sealed class MutationPipeline(IDocumentStore stores, ChangeSignal signal, KeyRing keys)
{
    // Each attempt re-reads; only writers racing for the same document come here. Far beyond any honest contention.
    private const int MostAttempts = 200;

    private readonly VisitSchedule _schedule = new(stores);

    /// <exception cref="GraphQLRequestException">STORE_UNAVAILABLE: the disk is full or gone.</exception>
    public async Task<MutationResult<TPayload>> RunAsync<TPayload>(
        MutationCall call, Func<Caller, Task<Outcome<Change<TPayload>>>> decide, CancellationToken stop)
    {
        try
        {
            return await RepeatAsync(call, decide, stop);
        }
        catch (StoreUnavailableException)
        {
            throw new GraphQLRequestException("STORE_UNAVAILABLE",
                "This cannot be written just now. Repeat it after a moment, with the same idempotency key.");
        }
    }

    private async Task<MutationResult<TPayload>> RepeatAsync<TPayload>(
        MutationCall call, Func<Caller, Task<Outcome<Change<TPayload>>>> decide, CancellationToken stop)
    {
        if (Refusals(call) is { Count: > 0 } refusals)
        {
            return Refused<TPayload>(call, refusals);
        }

        var ledger = Idempotency.For(call);
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (ledger is not null && await ledger.EarlierAsync<TPayload>(stop) is { } earlier)
            {
                return earlier;
            }

            if (await AttemptAsync(call, ledger, decide, stop) is { } result)
            {
                return result;
            }
        }

        return Refused<TPayload>(call, [new InvalidInput(
            UserErrorCode.TryAgain, "Others keep changing the same record; try again in a moment.", "input")]);
    }

    /// <returns>Null when somebody else was faster and everything must be read again.</returns>
    private async Task<MutationResult<TPayload>?> AttemptAsync<TPayload>(
        MutationCall call, Idempotency? ledger, Func<Caller, Task<Outcome<Change<TPayload>>>> decide,
        CancellationToken stop)
    {
        // Ids restart with every attempt, so that each attempt names the same objects.
        var caller = ledger is null ? call.Caller : call.Caller with { Ids = IdSource.From(ledger.IdSeed) };
        var outcome = await decide(caller);
        var refusal = RefusalOf(call, outcome);

        // Another call with the same key may have made the very state that now seems to refuse or to need nothing: what
        // it answered is the answer. Its marker came with its effect, so it is there if the effect was seen.
        if (ledger is not null && (refusal is not null || outcome.Value.Edits.Count == 0)
            && await ledger.EarlierAsync<TPayload>(stop) is { } earlier)
        {
            return earlier;
        }

        if (refusal is not null)
        {
            return refusal;
        }

        var change = outcome.Value;
        var differences = DocumentDiff.Of([.. change.Groundwork, .. change.Edits]);
        if (!call.Options.DryRun && !await WriteAsync(call, ledger, change, differences, stop))
        {
            return null;
        }

        return new()
        {
            Payload = change.Payload,
            Warnings = change.Warnings,
            Meta = new(call.Caller.RequestId, call.Options.DryRun, Replayed: false, differences),
        };
    }

    private static MutationResult<TPayload>? RefusalOf<TPayload>(MutationCall call, Outcome<Change<TPayload>> outcome)
    {
        if (!outcome.Succeeded)
        {
            return Refused<TPayload>(call, outcome.Problems);
        }

        if (outcome.Value.Refusals.Count > 0)
        {
            return Refused<TPayload>(call, outcome.Value.Refusals) with { Payload = outcome.Value.Payload };
        }

        return StaleVersion(call, outcome.Value.Edits, outcome.Value.Unchanged) is { } conflict
            ? Refused<TPayload>(call, [conflict])
            : null;
    }

    private async Task<bool> WriteAsync<TPayload>(
        MutationCall call, Idempotency? ledger, Change<TPayload> change, IReadOnlyList<FieldChange> differences,
        CancellationToken stop)
    {
        var (container, partition) = change.Edits.Count > 0
            ? (change.Edits[0].Key.Container, change.Edits[0].Key.Partition)
            : (Container.Master, "");
        var batch = new Batch();
        AddEdits(batch, change.Edits);
        if (change.Edits.Count > 0)
        {
            batch.Put(Audit(call, change.Edits, DocumentDiff.Of(change.Edits), (container, partition)));
        }

        if (ledger is not null)
        {
            batch.Put(ledger.MarkerFor(change, differences, container, partition));
        }

        try
        {
            return (ledger is null || await ledger.ReserveAsync(container, partition, stop))
                && await new ClaimBook(call.Caller.Store).TakeAsync(change.Claims, stop)
                && await LayGroundworkAsync(call, change.Groundwork, stop)
                && await CommitAsync(call.Caller, batch, change, stop);
        }
        catch (VersionConflictException)
        {
            return false;
        }
    }

    /// <returns>True; a conflict throws.</returns>
    private static async Task<bool> LayGroundworkAsync(
        MutationCall call, IReadOnlyList<Edit> groundwork, CancellationToken stop)
    {
        if (groundwork.Count > 0)
        {
            var batch = new Batch();
            AddEdits(batch, groundwork);
            var key = groundwork[0].Key;
            batch.Put(Audit(call, groundwork, DocumentDiff.Of(groundwork), (key.Container, key.Partition)));
            await call.Caller.Store.SaveAsync(batch, stop);
        }

        return true;
    }

    private async Task<bool> CommitAsync<TPayload>(
        Caller caller, Batch batch, Change<TPayload> change, CancellationToken stop)
    {
        var claims = new ClaimBook(caller.Store);
        var releases = await claims.OwnedAsync(change.Releases, stop);
        foreach (var pointer in change.Pointers)
        {
            await stores.Directory.SaveAsync(Batch.Of(pointer), stop);
        }

        var obsolete = new List<IDocument>();
        foreach (var former in change.Supersedes)
        {
            obsolete.Add(await caller.Store.FenceAsync(former, stop));
        }

        // A caller who goes away now must not keep the rest from happening: once queued, the batch is written.
        stop.ThrowIfCancellationRequested();
        if (batch.Writes.Count > 0)
        {
            await caller.Store.SaveAsync(batch, CancellationToken.None);
        }

        // A revoked key must be dead, and a changed setting visible, before this change is acknowledged.
        if (change.Edits.Any(edit => (edit.After ?? edit.Before) is App or Tenant))
        {
            keys.Forget();
        }

        try
        {
            await FollowUpAsync(caller, change, obsolete, releases);
        }
        finally
        {
            signal.Notify(caller.Tenant.Slug, caller.Mode);
        }

        return true;
    }

    // The effect stands: what is cut off here is repeated by the workers.
    private async Task FollowUpAsync<TPayload>(
        Caller caller, Change<TPayload> change, List<IDocument> obsolete, IReadOnlyList<ClaimRelease> releases)
    {
        foreach (var former in obsolete)
        {
            await caller.Store.DeleteIfUnchangedAsync(former, CancellationToken.None);
        }

        await new ClaimBook(caller.Store).ReleaseAsync(releases, CancellationToken.None);
        if (change.WantsVisit)
        {
            var tenant = new TenantMode(caller.Tenant.Slug, caller.Mode);
            await _schedule.AskAsync(tenant, caller.Now, CancellationToken.None);
        }
    }

    private static void AddEdits(Batch batch, IReadOnlyList<Edit> edits)
    {
        foreach (var edit in edits)
        {
            _ = edit.After is { } after ? batch.Put(after) : batch.Delete(edit.Before!);
        }
    }

    private static AuditEntry Audit(
        MutationCall call, IReadOnlyList<Edit> edits, IReadOnlyList<FieldChange> differences,
        (Container Container, string Partition) place)
    {
        var caller = call.Caller;
        var target = edits[0].After ?? edits[0].Before;
        return new()
        {
            Container = place.Container,
            Partition = place.Partition,
            EntryId = AuditEntry.NewId(caller.Now),
            At = caller.Now,
            Actor = new(ActorKind.App, caller.App.AppId, caller.App.Name),
            Operation = call.Field,
            TargetId = (target as INode)?.Id,
            Changes = differences,
            RequestId = caller.RequestId,
            Ip = caller.Ip,
            IdempotencyKey = call.IdempotencyKey,
        };
    }

    private static List<Problem> Refusals(MutationCall call)
    {
        if (call.Caller.Tenant.IsReadOnly)
        {
            return [new InvalidInput(
                UserErrorCode.WrongState, "The tenant is read-only while it is moved; nothing was written.", "input")];
        }

        var problems = InputRules.Check(call.Input, "input");
        if (KeyProblem(call) is { } problem)
        {
            problems.Add(problem);
        }

        return problems;
    }

    /// <summary>What is wrong with the caller's idempotency key; keys made for the items of a list are ours.</summary>
    internal static Problem? KeyProblem(MutationCall call)
    {
        var given = call.IsItem ? null : call.Options.IdempotencyKey ?? call.Caller.IdempotencyHeader;
        return given is { Length: 0 or > 200 }
            ? Problems.OutOfRange("options.idempotencyKey", "An idempotency key has 1 to 200 characters.")
            : null;
    }

    // Also where nothing changes: of two who count from the same number, only one may be told that he counted.
    private static Conflict? StaleVersion(MutationCall call, IReadOnlyList<Edit> edits, IDocument? unchanged)
    {
        var current = edits.Count > 0 ? edits[0].Before?.Version ?? 0 : unchanged?.Version;
        return call.Options.IfVersion is { } expected && current is { } actual && expected != actual
            ? new Conflict($"The stored revision is {actual}, not {expected}.", "options.ifVersion", actual)
            : null;
    }

    private static MutationResult<TPayload> Refused<TPayload>(MutationCall call, IReadOnlyList<Problem> problems) =>
        new()
    {
        UserErrors = problems,
        Meta = new(call.Caller.RequestId, call.Options.DryRun, Replayed: false, []),
    };
}
