using CrmCloud.Core.Jobs;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Bulk;

/// <summary>What became of what was read. Always: read = created + updated + unchanged + rejected + skipped.</summary>
public sealed record ImportCounts
{
    public long Read { get; init; }

    public long Created { get; init; }

    public long Updated { get; init; }

    public long Unchanged { get; init; }

    public long Rejected { get; init; }

    public long Skipped { get; init; }

    [CrmCloud.GraphQL.Binding.GraphQLIgnore]
    public ImportCounts Add(RecordOutcome outcome, long count) => outcome switch
    {
        RecordOutcome.Created => this with { Read = Read + count, Created = Created + count },
        RecordOutcome.Updated => this with { Read = Read + count, Updated = Updated + count },
        RecordOutcome.Unchanged => this with { Read = Read + count, Unchanged = Unchanged + count },
        RecordOutcome.Rejected => this with { Read = Read + count, Rejected = Rejected + count },
        _ => this with { Read = Read + count, Skipped = Skipped + count },
    };

    /// <summary>What would have been stored is passed over after all.</summary>
    [CrmCloud.GraphQL.Binding.GraphQLIgnore]
    public ImportCounts NothingStored() =>
        new() { Read = Read, Rejected = Rejected, Skipped = Read - Rejected };
}

/// <summary>Records that were passed over, and why.</summary>
public sealed record SkipCount(string Reason, long Records, long Rows);

/// <summary>One kind of error: a code in a column.</summary>
/// <param name="ExampleRow">Number of the first data row that has it, from 1.</param>
public sealed record BulkErrorCount(
    UserErrorCode Code, string? Column, long Count, long ExampleRow, long ExampleLine, string ExampleMessage);

/// <summary>How far an import has come, and with what result so far.</summary>
public sealed record ImportProgress
{
    public ImportCounts Records { get; init; } = new();

    public ImportCounts Rows { get; init; } = new();

    /// <summary>Customers made because a record names them; beside the records.</summary>
    public long CustomersCreated { get; init; }

    public IReadOnlyList<SkipCount> Skips { get; init; } = [];

    public IReadOnlyList<BulkErrorCount> ErrorKinds { get; init; } = [];

    /// <summary>The first ones; the rejected file has all.</summary>
    public IReadOnlyList<RowError> Errors { get; init; } = [];

    public ImportCursor Cursor { get; init; } = ImportCursor.Start;

    public long Chunks { get; init; }

    /// <summary>Length of the rejected file after these records.</summary>
    public long RejectedBytes { get; init; }

    /// <summary>How an import that has come to its end fared.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public JobStatus Status => Records switch
    {
        { Rejected: 0 } => JobStatus.Succeeded,
        { Created: 0, Updated: 0, Unchanged: 0 } => JobStatus.Failed,
        _ => JobStatus.PartiallyFailed,
    };

    public ImportProgress Add(ChunkDecision decision, IReadOnlyList<RecordOutcome> outcomes, int newCustomers)
    {
        var (records, rows) = (Records, Rows);
        var (skips, kinds) = (Skips.ToDictionary(s => s.Reason), new List<BulkErrorCount>(ErrorKinds));
        var errors = new List<RowError>(Errors);
        for (var i = 0; i < outcomes.Count; i++)
        {
            var record = decision.Chunk.Records[i].Rows;
            records = records.Add(outcomes[i], record.Counts);
            rows = rows.Add(outcomes[i], record.Rows.Count);
            if (outcomes[i] == RecordOutcome.Skipped)
            {
                var reason = decision.SkipReasons[i] ?? "";
                var skip = skips.GetValueOrDefault(reason) ?? new(reason, 0, 0);
                skips[reason] = skip with
                {
                    Records = skip.Records + record.Counts,
                    Rows = skip.Rows + record.Rows.Count,
                };
            }

            foreach (var error in decision.Errors[i])
            {
                Count(kinds, error);
                _ = errors.Count < BulkLimits.ErrorsKept && AddTo(errors, error);
            }
        }

        return this with
        {
            Records = records,
            Rows = rows,
            CustomersCreated = CustomersCreated + newCustomers,
            Skips = [.. skips.Values],
            ErrorKinds = kinds,
            Errors = errors,
            Cursor = decision.Chunk.Next,
            Chunks = Chunks + 1,
        };
    }

    /// <summary>What would have been stored is passed over after all, because other records are refused.</summary>
    public ImportProgress NothingStored()
    {
        var (records, rows) = (Records.NothingStored(), Rows.NothingStored());
        var others = new SkipCount(
            "not stored, because other records are refused",
            records.Skipped - Records.Skipped, rows.Skipped - Rows.Skipped);
        return this with { Records = records, Rows = rows, CustomersCreated = 0, Skips = [.. Skips, others] };
    }

    private static bool AddTo(List<RowError> errors, RowError error)
    {
        errors.Add(error);
        return true;
    }

    private static void Count(List<BulkErrorCount> kinds, RowError error)
    {
        var at = kinds.FindIndex(k => k.Code == error.Code && k.Column == error.Column);
        if (at < 0 && kinds.Count >= BulkLimits.ErrorKinds)
        {
            at = kinds.Count - 1;
        }

        if (at < 0)
        {
            kinds.Add(new(error.Code, error.Column, 1, error.Row, error.Line, error.Message));
        }
        else
        {
            kinds[at] = kinds[at] with { Count = kinds[at].Count + 1 };
        }
    }
}

/// <summary>
/// What the chunk under way will count as, saved before its first write: a chunk that is done again after a crash finds
/// its own documents, and must not count them as unchanged.
/// </summary>
/// <param name="Outcomes">One letter for each record, runs shortened: <c>C998U1R1</c>.</param>
public sealed record ChunkPlan(string Outcomes, int NewCustomers)
{
    private const string Letters = "CUNRS";

    public static ChunkPlan Of(IReadOnlyList<RecordOutcome> outcomes, int newCustomers)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < outcomes.Count;)
        {
            var end = i;
            while (end < outcomes.Count && outcomes[end] == outcomes[i])
            {
                end++;
            }

            text.Append(Letters[(int)outcomes[i]]).Append(end - i);
            i = end;
        }

        return new(text.ToString(), newCustomers);
    }

    /// <summary>
    /// The outcomes that count: as planned, unless the record fares otherwise now than success or refusal.
    /// </summary>
    public RecordOutcome[] Merge(RecordOutcome[] now)
    {
        var planned = Read();
        return
        [
            .. now.Select((outcome, i) =>
                i < planned.Count && IsStored(outcome) == IsStored(planned[i]) ? planned[i] : outcome),
        ];
    }

    private List<RecordOutcome> Read()
    {
        var outcomes = new List<RecordOutcome>();
        for (var i = 0; i < Outcomes.Length;)
        {
            var letter = (RecordOutcome)Letters.IndexOf(Outcomes[i], StringComparison.Ordinal);
            var count = 0;
            for (i++; i < Outcomes.Length && char.IsAsciiDigit(Outcomes[i]); i++)
            {
                count = (count * 10) + (Outcomes[i] - '0');
            }

            outcomes.AddRange(Enumerable.Repeat(letter, count));
        }

        return outcomes;
    }

    private static bool IsStored(RecordOutcome outcome) =>
        outcome is RecordOutcome.Created or RecordOutcome.Updated or RecordOutcome.Unchanged;
}
