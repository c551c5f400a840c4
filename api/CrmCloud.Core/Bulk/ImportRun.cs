using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <summary>
/// Runs one import to its end, chunk by chunk: decide, note what the chunk will count as, write, count. Killed at any
/// moment, it goes on from the last noted chunk; doing that chunk again writes only what is missing.
/// </summary>
public sealed class ImportRun(ImportSetting setting)
{
    // Attempts in a row that store nothing; each reads anew. Only others who write the very same records come here.
    private const int MostAttempts = 20;

    private const int MostFaults = 5;

    // A turn begins with looking through the whole file; it grows with the file, so that this stays a small part of it.
    private const int ChunksPerTurn = 8;
    private const long RowsForAChunkMore = 100_000;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2.5);

    private readonly ITenantStore _store = setting.Store;
    private readonly ImportLease _lease = new(setting.Store, setting.Clock, setting.Runner);

    /// <summary>
    /// Takes the operation if no other worker has it, and runs it to its end or to the end of its turn.
    /// </summary>
    /// <remarks>
    /// Something unexpected is thrown, and the next call goes on; what fails several times at the same place ends the
    /// operation as FAILED, with a run of the job that says so.
    /// </remarks>
    /// <returns>The operation as it was left; null when another worker has it.</returns>
    /// <exception cref="StoreUnavailableException">
    /// The operation stays RUNNING and goes on with the next call.
    /// </exception>
    public async Task<BulkOperation?> RunAsync(BulkOperation operation, CancellationToken stop)
    {
        var now = setting.Clock.GetUtcNow();
        if (!operation.IsOpen || (operation.Runner != setting.Runner && operation.LeaseUntil > now))
        {
            return null;
        }

        try
        {
            operation = await _lease.SaveAsync(
                operation with
                {
                    Status = JobStatus.Running,
                    Runner = setting.Runner,
                    StartedAt = operation.StartedAt ?? now,
                },
                stop);
            return await RunTakenAsync(operation, stop);
        }
        catch (LeaseLostException)
        {
            return null;
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or StoreUnavailableException))
        {
            if (await NoteAsync(operation, fault, stop) is { IsOpen: false } failed)
            {
                return failed;
            }

            throw;
        }
    }

    /// <returns>The operation as stored now; null when another worker has it.</returns>
    private async Task<BulkOperation?> NoteAsync(BulkOperation operation, Exception fault, CancellationToken stop)
    {
        try
        {
            var stored = await _lease.ReloadAsync(operation, stop);
            var (stage, chunks) = (stored.Stage, stored.Progress.Chunks);
            var same = stored.Faults is { } known && known.Stage == stage && known.Chunks >= chunks;
            stored = stored with { Faults = new(same ? stored.Faults!.Count + 1 : 1, stage, chunks) };
            if (stored.Faults.Count < MostFaults)
            {
                return await _lease.SaveAsync(stored, stop);
            }

            var failure = $"{DeadLetters.ReasonOf(fault)} It happened {MostFaults} times after {stored.RowsDone} rows; "
                + "what was stored stays.";
            await JobFailure.RecordAsync(_store, stored, failure, setting.Clock.GetUtcNow(), stop);
            return await _lease.EndAsync(stored, JobStatus.Failed, failure, stop);
        }
        catch (LeaseLostException)
        {
            return null;
        }
    }

    private async Task<BulkOperation> RunTakenAsync(BulkOperation operation, CancellationToken stop)
    {
        var tenant = await _store.FindAsync<Tenant>(Tenant.KeyOf(), stop);
        operation = operation with
        {
            Currency = operation.Currency ?? tenant?.Currency,
            TimeZone = operation.TimeZone ?? tenant?.TimeZone,
        };
        // A chunk that was begun is completed as it was begun; before the next one the settings are compared.
        var plan = tenant is null ? default : ImportPlan.Of(
            operation.Input, tenant with { Currency = operation.Currency!, TimeZone = operation.TimeZone! });
        if (tenant is null || !plan.Succeeded || !setting.Files.Has(operation.Input.UploadId))
        {
            var reason = tenant is null || plan.Succeeded
                ? "The uploaded file is no longer there; upload it again."
                : plan.Problems[0].Message;
            return await _lease.EndAsync(operation, JobStatus.Failed, reason, stop);
        }

        try
        {
            var file = await LookThroughAsync(plan.Value, operation, stop);
            operation = operation with { RowsTotal = file.Groups.Rows, Bytes = file.Bytes };
            if (operation.Stage == ImportStage.Checking)
            {
                operation = await CheckAsync(operation, file, stop);
            }

            return operation is { Stage: ImportStage.Writing, IsOpen: true }
                ? await WriteAsync(operation, file, stop)
                : operation;
        }
        catch (UnreadableFileException unreadable)
        {
            // What was stored before the file broke off stays, and is counted.
            return await _lease.EndAsync(
                await _lease.ReloadAsync(operation, stop), JobStatus.Failed, unreadable.Message, stop);
        }
        catch (OtherSettingsException other)
        {
            var nothing = other.Operation is { Stage: ImportStage.Checking, DryRun: false };
            operation = nothing
                ? other.Operation with { Progress = other.Operation.Progress.NothingStored() }
                : other.Operation;
            return await _lease.EndAsync(operation, JobStatus.Failed, other.Message, stop);
        }
    }

    private static bool IsOver(int chunks, SourceFile file) =>
        chunks >= ChunksPerTurn + (file.Groups.Rows / RowsForAChunkMore);

    private sealed record SourceFile(ImportPlan Plan, GroupIndex Groups, long Bytes, Func<Stream> Open);

    private RecordReader ReaderOf(SourceFile file) => new(file.Plan, file.Open, file.Groups, setting.RecordsPerChunk);

    private async Task<SourceFile> LookThroughAsync(ImportPlan plan, BulkOperation operation, CancellationToken stop)
    {
        Stream Open() => ContentStream.Open(setting.Files.OpenUpload(operation.Input.UploadId));
        var groups = await Task.Run(() =>
        {
            using var content = Open();
            return GroupIndex.Build(plan.Open(content), plan.GroupSlot < 0 ? null : plan.Columns[plan.GroupSlot], stop);
        }, stop);
        return new(plan, groups, new FileInfo(setting.Files.PathOf(operation.Input.UploadId)).Length, Open);
    }

    /// <summary>Decides every record and writes none; what would be rejected goes to the rejected file.</summary>
    private async Task<BulkOperation> CheckAsync(BulkOperation operation, SourceFile file, CancellationToken stop)
    {
        // A check is cheap to begin again, and what it remembers is not stored.
        var known = setting.Paused.Take(operation.OperationId);
        var memory = known ?? new CheckMemory();
        operation = operation with { Progress = known is null ? new() : operation.Progress, Pending = null };
        var chunks = 0;
        using var rejected = OpenRejected(operation, file);
        await foreach (var chunk in ReadAhead.ReadAsync(ReaderOf(file), operation.Progress.Cursor, stop))
        {
            var decision = await DecideWithoutWritingAsync(operation, chunk, (file, memory), stop);
            Correct(decision, memory);
            operation = Count(
                operation, decision, decision.Outcomes, decision.NewCustomers.Count(memory.Add), rejected);
            operation = await _lease.SaveAsync(operation, stop);
            if (operation.CancelRequested)
            {
                return await _lease.EndAsync(operation, JobStatus.Canceled, null, stop);
            }

            if (IsOver(++chunks, file) && setting.OthersWait() && setting.Paused.TryKeep(operation.OperationId, memory))
            {
                return operation;
            }
        }

        if (operation.DryRun)
        {
            return await _lease.EndAsync(operation, operation.Progress.Status, null, stop);
        }

        return operation.Progress.Records.Rejected > 0
            ? await _lease.EndAsync(
                operation with { Progress = operation.Progress.NothingStored() },
                JobStatus.Failed, "Nothing was stored: some records are refused.", stop)
            : await _lease.SaveAsync(operation with { Stage = ImportStage.Writing, Progress = new() }, stop);
    }

    private static void Correct(ChunkDecision decision, CheckMemory memory)
    {
        for (var i = 0; i < decision.Outcomes.Length; i++)
        {
            if (decision.Names[i] is { } name)
            {
                decision.Outcomes[i] = memory.Correct(name, decision.Chunk.Records[i].Input!, decision.Outcomes[i]);
            }
        }
    }

    private async Task<BulkOperation> WriteAsync(BulkOperation operation, SourceFile file, CancellationToken stop)
    {
        using var rejected = OpenRejected(operation, file);
        var chunks = 0;
        await foreach (var chunk in ReadAhead.ReadAsync(ReaderOf(file), operation.Progress.Cursor, stop))
        {
            var again = operation.Pending is not null;
            operation = await WriteChunkAsync(operation, chunk, (file, rejected), stop);
            setting.Changed();
            if (operation.CancelRequested && (again || operation.Pending is not null))
            {
                return await _lease.EndAsync(operation with { Pending = null }, JobStatus.Canceled, null, stop);
            }

            if (IsOver(++chunks, file) && setting.OthersWait())
            {
                return await _lease.SaveAsync(operation, stop);
            }
        }

        return await _lease.EndAsync(operation, operation.Progress.Status, null, stop);
    }

    /// <returns>
    /// The operation with the chunk counted and not yet saved; or, when it was cancelled before the chunk's first
    /// write, with the chunk still pending.
    /// </returns>
    private async Task<BulkOperation> WriteChunkAsync(
        BulkOperation operation, RecordChunk chunk,
        (SourceFile Source, RejectedFile Rejected) file, CancellationToken stop)
    {
        var begun = operation.Pending is not null;
        for (var idle = 0; ;)
        {
            var context = await ContextAsync(operation, file.Source.Plan, null, stop);
            var decision = await Decider(file.Source.Plan.Target).DecideAsync(chunk, context, stop);
            var outcomes = operation.Pending?.Merge(decision.Outcomes) ?? decision.Outcomes;
            var newCustomers = Math.Max(operation.Pending?.NewCustomers ?? 0, decision.NewCustomers.Count);
            operation = await _lease.SaveAsync(operation with { Pending = ChunkPlan.Of(outcomes, newCustomers) }, stop);
            if (operation.CancelRequested && !begun)
            {
                return operation;
            }

            var written = await new ChunkWriter(_store, operation).WriteAsync(
                decision, context.Now, again: begun, stop);
            idle = written.Saved > 0 ? 0 : idle + 1;
            if (written.Conflict is null && (decision.Busy == 0 || idle >= MostAttempts))
            {
                return Count(operation with { Pending = null }, decision, outcomes, newCustomers, file.Rejected);
            }

            if (written.Conflict is { } conflict && idle >= MostAttempts)
            {
                throw new VersionConflictException(conflict);
            }

            begun = true;
            await PauseAsync(idle, stop);
        }
    }

    /// <summary>
    /// What is just being written by somebody else is looked at again until it is settled, as a real run does.
    /// </summary>
    private async Task<ChunkDecision> DecideWithoutWritingAsync(
        BulkOperation operation, RecordChunk chunk,
        (SourceFile Source, CheckMemory Memory) file, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var context = await ContextAsync(operation, file.Source.Plan, file.Memory, stop);
            var decision = await Decider(file.Source.Plan.Target).DecideAsync(chunk, context, stop);
            if (decision.Busy == 0 || attempt >= MostAttempts)
            {
                return decision;
            }

            await PauseAsync(attempt, stop);
        }
    }

    /// <summary>
    /// Longer from attempt to attempt. Together they outlast the time for which somebody's claim without an owner
    /// counts.
    /// </summary>
    private Task PauseAsync(int idle, CancellationToken stop) => idle < 2
        ? Task.CompletedTask
        : Task.Delay(
            TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 10 << idle)), setting.Clock, stop);

    private async Task<ChunkContext> ContextAsync(
        BulkOperation operation, ImportPlan plan, CheckMemory? memory, CancellationToken stop)
    {
        var tenant = await _store.FindAsync<Tenant>(Tenant.KeyOf(), stop);
        if (tenant is { IsReadOnly: true })
        {
            throw new StoreUnavailableException(
                "The tenant is read-only while it is moved; the import goes on afterwards.");
        }

        if (operation.Pending is null && tenant is not null && plan.DifferenceTo(tenant) is { } difference)
        {
            throw new OtherSettingsException(difference) { Operation = operation };
        }

        return new()
        {
            Store = _store,
            Tenant = plan.Tenant,
            Operation = operation,
            Attributes = plan.Target is ImportTarget.Measurements
                ? AttributeCatalog.Empty
                : await AttributeCatalog.LoadAsync(_store, stop),
            Now = setting.Clock.GetUtcNow(),
            Memory = memory,
        };
    }

    private static BulkOperation Count(
        BulkOperation operation, ChunkDecision decision,
        IReadOnlyList<RecordOutcome> outcomes, int newCustomers, RejectedFile rejected)
    {
        for (var i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i] == RecordOutcome.Rejected)
            {
                rejected.Add(decision.Chunk.Records[i].Rows, decision.Errors[i]);
            }
        }

        var progress = operation.Progress.Add(decision, outcomes, newCustomers);
        return operation with { Progress = progress with { RejectedBytes = rejected.Flush() } };
    }

    private RejectedFile OpenRejected(BulkOperation operation, SourceFile file)
    {
        setting.Files.Make();
        using var content = file.Open();
        var source = file.Plan.Open(content);
        return new(setting.Files.RejectedPathOf(operation.OperationId), operation.Progress.RejectedBytes, source,
            Delimiter.Parse(operation.Input.Delimiter));
    }

    private static IChunkDecider Decider(ImportTarget target) => target switch
    {
        ImportTarget.Customers => new CustomerImport(),
        ImportTarget.Transactions => new FactImport<Transaction>(FactShapes.Transactions),
        ImportTarget.Interactions => new FactImport<Interaction>(FactShapes.Interactions),
        ImportTarget.Consents => new ConsentImport(),
        _ => new MeasurementImport(),
    };

    /// <summary>What the plan was made with no longer holds.</summary>
    private sealed class OtherSettingsException(string message) : Exception(message)
    {
        public required BulkOperation Operation { get; init; }
    }
}
