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

/// <param name="RunId">Of a run that somebody asked for; null for the worker's own.</param>
/// <param name="Whole">Every segment, not only those whose definition is not applied.</param>
/// <param name="Cursor">How far the feeds were read, where the pass stands for what they told; else null.</param>
internal sealed record PassOrder(string? RunId, JobTrigger Trigger, bool Whole, ConsumerCursor? Cursor);

/// <summary>
/// Evaluates everybody: the answer to new and changed definitions, the nightly repair, and the oracle of what is kept
/// change by change. Only groups that differ are written, so repeating one that was cut off is harmless.
/// </summary>
internal static class SegmentPass
{
    // Requests need the rest of the machine; two also bound what is in memory.
    private const int BucketsAtOnce = 2;
    private const int MostAttempts = 5;

    /// <exception cref="Exception">
    /// Whatever stopped it. Then its run is FAILED, nothing counts as applied, and the next visit tries it again.
    /// </exception>
    public static async Task<JobRun> RunAsync(SegmentDesk desk, PassOrder order, CancellationToken stop)
    {
        var run = await PassRuns.BeginAsync(desk, order, stop);
        try
        {
            var result = await EvaluateAsync(desk, order, stop);
            await desk.BuryAsync(result.Failed, stop);
            var finished = PassRuns.Finished(run, result, desk.Now);
            await ConcludeAsync(desk, order, finished, result, stop);
            return finished;
        }
        catch (Exception trouble) when (!stop.IsCancellationRequested)
        {
            await PassRuns.FailAsync(desk, run, trouble, stop);
            throw;
        }
    }

    /// <summary>Notes definitions as applied that nobody has to be evaluated for.</summary>
    public static async Task SettleAsync(SegmentDesk desk, CancellationToken stop)
    {
        var book = desk.Book.Applied(desk.Set.Pending, desk.Now, null);
        await desk.Store.SaveAsync(Batch.Of(book), stop);
        desk.Took(book, Settled(desk));
    }

    /// <summary>A run that was cut off, and whose work another one did or nobody wants any more, has failed.</summary>
    public static Task CloseAsync(SegmentDesk desk, CancellationToken stop) => PassRuns.CloseAsync(desk, stop);

    private static async Task<PassResult> EvaluateAsync(SegmentDesk desk, PassOrder order, CancellationToken stop)
    {
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
        return result;
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

        var left = await desk.CloseLettersAsync(source => WasTried(source, desk, order), result.Failed, stop);
        await desk.SaveAsync(
            state => state with
            {
                ComputedAt = desk.Now,
                PassedAt = order.Whole ? desk.Now : state.PassedAt,
                LastRunId = run.RunId,
                LastRunFailed = left || result.Failed.Count > 0,
                OpenRunId = state.OpenRunId == run.RunId ? null : state.OpenRunId,
                IsInDoubt = SegmentDesk.IsAnyTorn(result.Failed) || (state.IsInDoubt && !order.Whole),
            },
            stop,
            documents);
        desk.Took(book, Settled(desk));
        desk.Passed(order.Cursor);
    }

    private static bool WasTried(
        DocumentKey source, SegmentDesk desk, PassOrder order) => order.Whole || source.Kind switch
    {
        "segment" => desk.Set.Pending.Any(plan => plan.Acts && SegmentDefinition.KeyOf(plan.SegmentId) == source),
        "history" => desk.Set.Unsettled().Needs.HasFlag(RuleNeeds.Events),
        _ => false,
    };

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
            members.Put(
                stored, evaluator.Evaluate(who, stored, scope, now, MembershipCauseKind.DataChanged, moves), moves);
            tally.Add(moves);
        }

        await members.FlushAsync(desk.Now, stop);

        // What the feeds told is no difference: it had not been followed yet.
        var differences = order.Cursor is null ? tally.Differences : 0;

        // Who evaluates everything has mended what was torn.
        var torn = order.Whole ? [] : members.Torn;
        return new PassResult(seen.Count, differences, tally.Moves, [.. evaluator.Trouble, .. torn]);
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
        members.RecountSizes();
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
