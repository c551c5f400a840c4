using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <param name="Customers">How many were evaluated.</param>
/// <param name="Differences">
/// Memberships that were not as stored although their definition is applied: 0 unless something was missed.
/// </param>
/// <param name="Moves">How many entered and left, by the segments' numbers.</param>
internal sealed record PassResult(
    int Customers, int Differences, IReadOnlyDictionary<int, (int In, int Out)> Moves,
    IReadOnlyList<Unprocessable> Failed)
{
    public static PassResult Nothing { get; } = new(0, 0, new Dictionary<int, (int In, int Out)>(), []);

    public static PassResult operator +(PassResult one, PassResult other) => new(
        one.Customers + other.Customers,
        one.Differences + other.Differences,
        one.Moves.Concat(other.Moves).GroupBy(pair => pair.Key).ToDictionary(
            group => group.Key, group => (group.Sum(pair => pair.Value.In), group.Sum(pair => pair.Value.Out))),
        [.. one.Failed.Union(other.Failed)]);
}

/// <param name="RunId">Of the run's document; an existing one is taken up again.</param>
/// <param name="Whole">Every segment, not only those whose definition is not applied.</param>
/// <param name="Cursor">How far the feeds were read, where the pass stands for what they told; else null.</param>
internal sealed record PassOrder(string RunId, JobTrigger Trigger, bool Whole, ConsumerCursor? Cursor);

/// <summary>
/// Evaluates everybody: the answer to new and changed definitions, the nightly repair, and the oracle of what is kept
/// change by change. Only groups that differ are written, so repeating one that was cut off is harmless.
/// </summary>
internal static class SegmentPass
{
    // Requests need the rest of the machine; two also bound what is in memory.
    private const int BucketsAtOnce = 2;
    private const int MostAttempts = 5;

    public static string RunIdOf(JobTrigger trigger, DateTimeOffset now) =>
        $"segments-{trigger}-{now.ToUnixTimeMilliseconds()}";

    public static async Task<JobRun> RunAsync(SegmentDesk desk, PassOrder order, CancellationToken stop)
    {
        var known = await desk.Store.FindAsync<JobRun>(JobRun.KeyOf(order.RunId), stop);
        var run = Started(known, order, desk);
        await desk.Store.SaveAsync(Batch.Of(run), stop);
        run = run with { Version = run.Version + 1 };

        var scope = order.Whole ? desk.Set.Everything() : desk.Set.Unsettled();
        var result = PassResult.Nothing;
        var gate = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = BucketsAtOnce, CancellationToken = stop };
        await Parallel.ForEachAsync(desk.Buckets, options, async (bucket, token) =>
        {
            var one = await RepeatAsync(desk, bucket, scope, order, token);
            lock (gate)
            {
                result += one;
            }
        });

        await desk.BuryAsync(result.Failed, stop);
        run = Finished(run, result, desk.Now);
        await ConcludeAsync(desk, order, run, result, stop);
        return run;
    }

    /// <summary>Notes definitions as applied that nobody has to be evaluated for.</summary>
    public static async Task SettleAsync(SegmentDesk desk, CancellationToken stop)
    {
        var book = desk.Book.Applied(desk.Set.Pending, desk.Now, null);
        await desk.Store.SaveAsync(Batch.Of(book), stop);
        desk.Took(book, Settled(desk));
    }

    private static async Task ConcludeAsync(
        SegmentDesk desk, PassOrder order, JobRun run, PassResult result, CancellationToken stop)
    {
        var book = desk.Book.Applied(desk.Set.Pending, desk.Now, result.Moves);
        var documents = new List<IDocument> { run, book };
        if (order.Cursor is { } cursor)
        {
            documents.Add(cursor);
        }

        await desk.SaveAsync(
            state => state with
            {
                ComputedAt = desk.Now,
                PassedAt = order.Whole ? desk.Now : state.PassedAt,
                LastRunId = run.RunId,
                LastRunFailed = result.Failed.Count > 0,
            },
            stop,
            documents);
        desk.Took(book, Settled(desk));
        desk.Passed(order.Cursor);
    }

    private static List<SegmentPlan> Settled(SegmentDesk desk) =>
    [
        .. desk.Set.Plans.Where(plan => plan.Definition is not null).Select(plan => plan with { IsPending = false }),
    ];

    private static async Task<PassResult> RepeatAsync(
        SegmentDesk desk, string bucket, SegmentSet.Scope scope, PassOrder order, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunAsync(desk, bucket, scope, order, stop);
            }
            catch (VersionConflictException) when (attempt < MostAttempts)
            {
                // Another worker was in the bucket. What is saved already is found equal.
            }
        }
    }

    private static async Task<PassResult> RunAsync(
        SegmentDesk desk, string bucket, SegmentSet.Scope scope, PassOrder order, CancellationToken stop)
    {
        var members = await OpenAsync(desk, bucket, stop);
        var evaluator = new MemberEvaluator(desk.Set);
        var tally = new PassTally(desk.Set);
        var now = desk.Now.ToUnixTimeMilliseconds();
        var (moves, seen, strangers) = (new List<Move>(), new List<CustomerNumber>(), members.Count);
        var source = new SubjectSource(desk.Store, bucket, scope.Needs, scope.HasManual);
        await foreach (var who in source.AllAsync(stop))
        {
            moves.Clear();
            seen.Add(who.Customer);
            var stored = members.Find(who.Customer);
            strangers -= stored.IsEmpty ? 0 : 1;
            var after = evaluator.Evaluate(who, stored, scope, now, MembershipCauseKind.DataChanged, moves);
            members.Put(stored, after, moves);
            tally.Add(moves);
        }

        foreach (var stored in strangers > 0 ? Except(members, seen) : [])
        {
            moves.Clear();
            var who = new Evaluee(stored.Customer, null, null);
            members.Put(stored, evaluator.Evaluate(who, stored, scope, now, MembershipCauseKind.DataChanged, moves), moves);
            tally.Add(moves);
        }

        await members.FlushAsync(desk.Now, stop);

        // What the feeds told is no difference: it had not been followed yet.
        var differences = order.Cursor is null ? tally.Differences : 0;
        return new PassResult(seen.Count, differences, tally.Moves, [.. evaluator.Trouble]);
    }

    private static List<MemberEntry> Except(BucketMembers members, List<CustomerNumber> seen)
    {
        var met = seen.ToHashSet();
        return [.. members.Entries.Where(entry => !met.Contains(entry.Customer))];
    }

    private static async Task<BucketMembers> OpenAsync(SegmentDesk desk, string bucket, CancellationToken stop)
    {
        var members = await BucketMembers.LoadAsync(desk.Store, bucket, desk.Calendar, stop);
        await members.LoadAllAsync(stop);
        var ledger = await desk.Store.FindAsync<BucketLedger>(BucketLedger.KeyOf(bucket), stop);
        var customers = (int)(ledger?.Counts.GetValueOrDefault(Standing.Customers) ?? 0);
        var memberships = members.Sizes.Segments.Sum(segment => members.Sizes[segment]);
        var bits = GroupBits.For(customers, memberships, members.Bits);
        if (bits != members.Bits)
        {
            await members.DivideAsync(bits, stop);
        }

        return members;
    }

    private static JobRun Started(JobRun? known, PassOrder order, SegmentDesk desk)
    {
        var only = desk.Set.Pending.Where(plan => plan.Acts).Take(2).ToList();
        var run = known ?? new JobRun
        {
            RunId = order.RunId,
            Kind = JobKind.Segment,
            Trigger = order.Trigger,
            TargetId = only.Count == 1 && !order.Whole ? GlobalId.Of("Segment", only[0].SegmentId) : null,
            Status = JobStatus.Running,
            StartedAt = desk.Now,
        };
        return run with
        {
            Status = JobStatus.Running,
            StartedAt = desk.Now,
            Attempt = known is null or { Status: JobStatus.Queued } ? run.Attempt : run.Attempt + 1,
        };
    }

    private static JobRun Finished(JobRun run, PassResult result, DateTimeOffset now) => run with
    {
        Status = result.Failed.Count > 0 ? JobStatus.PartiallyFailed : JobStatus.Succeeded,
        FinishedAt = now,
        Processed = result.Customers,
        Failed = result.Failed.Count,
        Differences = result.Differences,
        Error = result.Failed.Count > 0 ? "Some rules could not be evaluated for everybody; see dead letters." : null,
    };
}

/// <summary>Counts the moves of a pass.</summary>
internal sealed class PassTally(SegmentSet set)
{
    private readonly HashSet<int> _pending = [.. set.Pending.Select(plan => plan.Number)];
    private readonly Dictionary<int, (int In, int Out)> _moves = [];

    public IReadOnlyDictionary<int, (int In, int Out)> Moves => _moves;

    /// <summary>Moves that no new definition explains.</summary>
    public int Differences { get; private set; }

    public void Add(List<Move> moves)
    {
        foreach (var move in moves)
        {
            var (entered, left) = _moves.GetValueOrDefault(move.Segment);
            _moves[move.Segment] = move.Entered ? (entered + 1, left) : (entered, left + 1);
            Differences += _pending.Contains(move.Segment) ? 0 : 1;
        }
    }
}
