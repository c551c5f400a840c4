using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

public sealed record UploadInput
{
    [MaxLength(200), MinLength(1)]
    public required string Filename { get; init; }

    /// <summary>Exact size as sent, 1 to 1 GiB; gzip files by their packed size.</summary>
    [Range(1L, BulkLimits.UploadBytes)]
    public required long Bytes { get; init; }

    /// <summary>Told by the file's name where left out.</summary>
    [MaxLength(100), MinLength(1)]
    public string? ContentType { get; init; }

    /// <summary>64 hex characters; a file with another hash is not taken.</summary>
    [RegularExpression(
        "^[0-9a-fA-F]{64}$",
        ErrorMessage = "is a SHA-256 sum: 64 digits from 0 to 9 and a to f")]
    public string? Sha256 { get; init; }
}

public sealed record StagedUploadCreatePayload(StagedUpload? Upload);

public sealed record BulkImportPayload(BulkOperation? Operation);

public sealed record BulkCancelPayload(BulkOperation? Operation);

public sealed record BulkResumePayload(BulkOperation? Operation);

/// <summary>Starts, stops and resumes imports.</summary>
public sealed class BulkMutations(UploadStore uploads)
{
    /// <summary>Imports of one tenant and mode that may wait at once.</summary>
    private const int MostWaiting = 50;

    /// <summary>
    /// A place to send one file to by HTTP PUT, with the same key. It is kept 24 hours; until then it counts against
    /// the tenant's 500 files and 20 GiB.
    /// </summary>
    [Mutation, RequiresScope(Scope.BulkRun)]
    public async Task<Outcome<Change<StagedUploadCreatePayload>>> StagedUploadCreateAsync(
        UploadInput input, Caller caller, CancellationToken stop)
    {
        if (await UploadQuota.CheckAsync(input.Bytes, caller, stop) is { } exceeded)
        {
            return exceeded;
        }

        var upload = new Upload
        {
            UploadId = caller.Ids.Next().ToString("N"),
            Filename = input.Filename,
            Bytes = input.Bytes,
            ContentType = input.ContentType ?? Upload.ContentTypeOf(input.Filename),
            Sha256 = input.Sha256?.ToLowerInvariant(),
            ExpiresAt = caller.Now + BulkLimits.FilesKept,
        };
        var staged = new StagedUpload(
            $"/uploads/{upload.PublicId}", [new("Content-Type", upload.ContentType)],
            upload.PublicId, upload.ExpiresAt, input.Bytes);
        return new Change<StagedUploadCreatePayload>(new(staged)).With(null, upload);
    }

    /// <summary>
    /// Imports an uploaded file in the background. The mapping and the header are checked at once. With `input.dryRun`
    /// the whole file is checked in the background, record by record, and nothing is stored.
    /// </summary>
    [Mutation, RequiresScope(Scope.BulkRun)]
    public async Task<Outcome<Change<BulkImportPayload>>> BulkImportAsync(
        BulkImportInput input, Caller caller, CancellationToken stop)
    {
        var upload = GlobalId.Local(input.UploadId, "Upload") is { Length: 32 } local
            ? await caller.Store.FindAsync<Upload>(Upload.KeyOf(local), stop)
            : null;
        if (upload is null || upload.ExpiresAt <= caller.Now)
        {
            return Problems.NotFound("upload", "input.uploadId");
        }

        var plan = ImportPlan.Of(input, caller.Tenant);
        var problems = plan.Succeeded ? CheckFile(plan.Value, upload, caller) : plan.Problems;
        if (problems.Count > 0)
        {
            return Outcome<Change<BulkImportPayload>>.Refuse(problems);
        }

        var operation = NewOperation(input, upload, caller);
        return await ImportQueue.AheadOfAsync(caller.Store, operation, stop) >= MostWaiting
            ? WrongState($"{MostWaiting} imports are waiting already; let some of them end first.")
            : new Change<BulkImportPayload>(new(operation with { Version = 1 })).With(null, operation);
    }

    /// <summary>Stops an import after the chunk under way; what is stored stays. `bulkResume` goes on.</summary>
    [Mutation, RequiresScope(Scope.BulkRun)]
    public async Task<Outcome<Change<BulkCancelPayload>>> BulkCancelAsync(
        IdInput input, Caller caller, CancellationToken stop)
    {
        if (await FindAsync(input.Id, caller, stop) is not { } before)
        {
            return Problems.NotFound("bulk operation", "input.id");
        }

        if (!before.IsOpen)
        {
            return WrongState($"The import has ended: {Problem.PublicName(before.Status)}.");
        }

        var idle = before.Status == JobStatus.Queued && before.Pending is null;
        var after = idle
            ? before with { Status = JobStatus.Canceled, FinishedAt = caller.Now, CancelRequested = true }
            : before with { CancelRequested = true };
        return new Change<BulkCancelPayload>(new(after with { Version = after.Version + 1 })).With(before, after);
    }

    /// <summary>Goes on with a cancelled import after the last record done.</summary>
    [Mutation, RequiresScope(Scope.BulkRun)]
    public async Task<Outcome<Change<BulkResumePayload>>> BulkResumeAsync(
        IdInput input, Caller caller, CancellationToken stop)
    {
        if (await FindAsync(input.Id, caller, stop) is not { } before)
        {
            return Problems.NotFound("bulk operation", "input.id");
        }

        if (!before.Resumable)
        {
            return WrongState(
                $"Only a cancelled import can be resumed; this one is {Problem.PublicName(before.Status)}.");
        }

        if (!Folder(caller).Has(before.Input.UploadId))
        {
            return WrongState("The uploaded file is no longer kept; upload it again and start a new import.");
        }

        var after = before with { Status = JobStatus.Queued, CancelRequested = false, FinishedAt = null };
        return new Change<BulkResumePayload>(new(after with { Version = after.Version + 1 })).With(before, after);
    }

    private static BulkOperation NewOperation(BulkImportInput input, Upload upload, Caller caller) => new()
    {
        OperationId = BulkOperation.NewId(caller.Ids.Next(), caller.Now),
        Status = JobStatus.Queued,
        CreatedAt = caller.Now,
        RequestedBy = new(ActorKind.App, caller.App.AppId, caller.App.Name),
        Stage = input.DryRun || input.ErrorPolicy == ErrorPolicy.RejectAll ? ImportStage.Checking : ImportStage.Writing,
        Input = input with { UploadId = upload.UploadId },
        Bytes = upload.Bytes,
    };

    /// <summary>What can be seen from the file's first lines.</summary>
    private IReadOnlyList<Problem> CheckFile(ImportPlan plan, Upload upload, Caller caller)
    {
        var folder = Folder(caller);
        if (upload.ReceivedAt is null || !folder.Has(upload.UploadId))
        {
            return [WrongState("The file was not sent yet; PUT it to the upload's address first.")];
        }

        try
        {
            using var content = ContentStream.Open(folder.OpenUpload(upload.UploadId));
            var rows = plan.Open(content);
            return plan.Input.Format == BulkFormat.Csv ? plan.Compare(rows.Columns) : [];
        }
        catch (UnreadableFileException unreadable)
        {
            return [Problems.Invalid("input.uploadId", unreadable.Message)];
        }
    }

    private UploadFolder Folder(Caller caller) => uploads.Open(caller.Tenant.Slug, caller.Mode);

    private static Problem WrongState(string message) => new InvalidInput(UserErrorCode.WrongState, message, "input");

    private static async Task<BulkOperation?> FindAsync(string id, Caller caller, CancellationToken stop) =>
        GlobalId.Local(id, "BulkOperation") is { Length: 32 } local
            ? await caller.Store.FindAsync<BulkOperation>(BulkOperation.KeyOf(local), stop)
            : null;
}
