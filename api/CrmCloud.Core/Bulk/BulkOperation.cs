using System.Text.Json.Serialization;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

public enum BulkKind
{
    Import,
}

/// <summary>What an import is doing with the file.</summary>
public enum ImportStage
{
    /// <summary>Every record is decided and nothing is written: a dry run, or the first half of REJECT_ALL.</summary>
    Checking,
    Writing,
}

/// <summary>How often a run met something unexpected without getting on.</summary>
/// <param name="Chunks">Done before it, in that stage.</param>
public sealed record ImportFaults(int Count, ImportStage Stage, long Chunks);

/// <summary>A bulk run: what was asked, how far it has come, and what came of it. Kept 30 days.</summary>
[RequiresScope(Scope.BulkRun)]
public sealed record BulkOperation : IDocument, INode
{
    /// <summary>32 hex characters; the first twelve are the time, so that newer ones sort last.</summary>
    [GraphQLIgnore]
    public required string OperationId { get; init; }

    public BulkKind Kind { get; init; }

    public required JobStatus Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public required Actor RequestedBy { get; init; }

    [GraphQLIgnore]
    public required BulkImportInput Input { get; init; }

    /// <summary>Data rows of the file; null until it was looked through.</summary>
    public long? RowsTotal { get; init; }

    /// <summary>Bytes of the uploaded file.</summary>
    public long? Bytes { get; init; }

    /// <summary>Why it failed as a whole; null where single records are at fault.</summary>
    public string? Failure { get; init; }

    [GraphQLIgnore]
    public ImportStage Stage { get; init; }

    [GraphQLIgnore]
    public ImportProgress Progress { get; init; } = new();

    /// <summary>The chunk under way; null between chunks.</summary>
    [GraphQLIgnore]
    public ChunkPlan? Pending { get; init; }

    [GraphQLIgnore]
    public bool CancelRequested { get; init; }

    /// <summary>The tenant's currency when it began: amounts of one file are of one currency.</summary>
    [GraphQLIgnore]
    public string? Currency { get; init; }

    /// <summary>The tenant's zone when it began.</summary>
    [GraphQLIgnore]
    public string? TimeZone { get; init; }

    /// <summary>Unexpected faults at one and the same place; null while there was none.</summary>
    [GraphQLIgnore]
    public ImportFaults? Faults { get; init; }

    /// <summary>The worker that has it.</summary>
    [GraphQLIgnore]
    public string? Runner { get; init; }

    /// <summary>Until then no other worker takes it over.</summary>
    [GraphQLIgnore]
    public DateTimeOffset? LeaseUntil { get; init; }

    [GraphQLIgnore]
    public long Version { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("BulkOperation", OperationId);

    [JsonIgnore]
    public ImportTarget Target => Input.Target;

    /// <summary>Every record is checked and none is stored.</summary>
    [JsonIgnore]
    public bool DryRun => Input.DryRun;

    /// <summary>Rows of the file that were dealt with.</summary>
    [JsonIgnore]
    public long RowsDone => Progress.Rows.Read;

    [JsonIgnore]
    public long RowsFailed => Progress.Rows.Rejected;

    [JsonIgnore]
    public DateTimeOffset ExpiresAt => CreatedAt + BulkLimits.OperationsKept;

    /// <summary>
    /// The refused rows with the reasons, to be mended and imported again; null while there are none.
    /// </summary>
    [JsonIgnore, Scalar("URL")]
    public string? ErrorsUrl => Progress.Rows.Rejected > 0
        ? $"/bulk/{Id}/rejected.{(Input.Format == BulkFormat.Csv ? "csv" : "jsonl")}"
        : null;

    /// <summary>Whether `bulkResume` goes on after the last record done.</summary>
    [JsonIgnore]
    public bool Resumable => Status == JobStatus.Canceled;

    [JsonIgnore]
    public BulkSummary Summary => new(Progress);

    /// <summary>The first 50 errors; the file at `errorsUrl` has every row.</summary>
    [JsonIgnore]
    public IReadOnlyList<RowError> Errors => Progress.Errors;

    [GraphQLIgnore, JsonIgnore]
    public bool IsOpen => Status is JobStatus.Queued or JobStatus.Running;

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(OperationId);

    [GraphQLIgnore, JsonIgnore]
    public TimeSpan? TimeToLive => BulkLimits.OperationsKept;

    public static DocumentKey KeyOf(string operationId) => new(Container.Master, "", $"bulk/{operationId}");

    public static string NewId(Guid unique, DateTimeOffset now) =>
        $"{now.ToUnixTimeMilliseconds():x12}{unique:N}"[..32];
}

/// <summary>
/// The result in records (an order of ten lines is one) and in rows of the file. In both, read is the sum of created,
/// updated, unchanged, rejected and skipped.
/// </summary>
public sealed class BulkSummary(ImportProgress progress)
{
    public long Read => progress.Records.Read;

    public long Created => progress.Records.Created;

    public long Updated => progress.Records.Updated;

    public long Unchanged => progress.Records.Unchanged;

    public long Rejected => progress.Records.Rejected;

    public long Skipped => progress.Records.Skipped;

    public ImportCounts Rows => progress.Rows;

    /// <summary>Customers made because a record names them; they are no records of the file.</summary>
    public long CustomersCreated => progress.CustomersCreated;

    /// <summary>Why records were passed over.</summary>
    public IReadOnlyList<SkipCount> SkipReasons => progress.Skips;

    /// <summary>The most frequent kinds of errors first; at most 40 are told apart.</summary>
    public IReadOnlyList<BulkErrorCount> TopErrors { get; } = [.. progress.ErrorKinds.OrderByDescending(k => k.Count)];
}
