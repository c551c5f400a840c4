using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>
/// Brings customers of one bucket up to date: those who changed, and those for whom time has come. Safe to repeat; what
/// is already known is found equal and not written.
/// </summary>
internal sealed class BucketChanges(SegmentDesk desk, string bucket)
{
    private const int CustomersAtOnce = 500;
    private const int GroupsAtOnce = 100;
    private const int MostAttempts = 8;

    private readonly SegmentSet.Scope _scope = desk.Set.Settled();

    /// <summary>Evaluates customers after a change.</summary>
    public async Task<IReadOnlyList<Unprocessable>> ChangedAsync(
        IEnumerable<string> customerIds, CancellationToken stop)
    {
        var failed = new List<Unprocessable>();
        foreach (var some in customerIds.Chunk(CustomersAtOnce))
        {
            failed.AddRange(await RepeatAsync(() => ChangeAsync(some, stop)));
        }

        return failed;
    }

    /// <summary>Evaluates whoever is due, at the very instants at which they were.</summary>
    /// <returns>How many customers were due.</returns>
    public async Task<(int Due, IReadOnlyList<Unprocessable> Failed)> DueAsync(CancellationToken stop)
    {
        var (count, failed) = (0, new List<Unprocessable>());
        while (await DueGroupsAsync(stop) is { Count: > 0 } groups)
        {
            failed.AddRange(await RepeatAsync(async () =>
            {
                var (due, trouble) = await PassTimeAsync(groups, stop);
                count += due;
                return trouble;
            }));
        }

        return (count, failed);
    }

    private async Task<IReadOnlyList<Unprocessable>> ChangeAsync(string[] customerIds, CancellationToken stop)
    {
        var evaluator = new MemberEvaluator(desk.Set);
        var members = await BucketMembers.LoadAsync(desk.Store, bucket, desk.Calendar, stop);
        await members.LoadAsync(customerIds.Select(CustomerNumber.Of), stop);
        var now = desk.Now.ToUnixTimeMilliseconds();
        var moves = new List<Move>();
        await foreach (var who in Source().OfAsync(customerIds, stop))
        {
            moves.Clear();
            var stored = members.Find(who.Customer);
            var after = evaluator.Evaluate(who, stored, _scope, now, MembershipCauseKind.DataChanged, moves);
            members.Put(stored, after, moves);
        }

        await members.FlushAsync(desk.Now, stop);
        return [.. evaluator.Trouble, .. members.Torn];
    }

    private async Task<(int Due, IReadOnlyList<Unprocessable> Failed)> PassTimeAsync(
        IReadOnlyList<MemberGroup> groups, CancellationToken stop)
    {
        var evaluator = new MemberEvaluator(desk.Set);
        var members = await BucketMembers.LoadAsync(desk.Store, bucket, desk.Calendar, stop);
        var now = desk.Now.ToUnixTimeMilliseconds();
        await PurgeStrayAsync(groups.Where(group => members.NumberOf(group) is null), stop);
        await members.LoadAsync(groups.Select(members.NumberOf).OfType<int>(), stop);
        var due = members.Entries.Where(entry => entry.Due != 0 && entry.Due <= now)
            .Select(entry => entry.Customer).ToList();
        foreach (var some in due.Chunk(CustomersAtOnce))
        {
            var moves = new List<Move>();
            var ids = some.Select(customer => customer.ToCustomerId(bucket)).ToList();
            await foreach (var who in Source().OfAsync(ids, stop))
            {
                moves.Clear();
                var stored = members.Find(who.Customer);
                members.Put(stored, evaluator.Replay(who, stored, _scope, now, moves), moves);
            }
        }

        await members.FlushAsync(desk.Now, stop);
        return (due.Count, [.. evaluator.Trouble, .. members.Torn]);
    }

    private async Task<IReadOnlyList<MemberGroup>> DueGroupsAsync(CancellationToken stop)
    {
        var query = new Query(Container.Figures, bucket, MemberGroup.Kind)
        {
            Where = [new("nextDueAt", Comparison.LessOrEqual, desk.Now.ToUnixTimeMilliseconds())],
            OrderBy = "nextDueAt",
            Take = GroupsAtOnce,
        };
        return (await desk.Store.QueryAsync<MemberGroup>(query, stop)).Items;
    }

    // Of a division of the bucket that was cut off, or of the one before it.
    private async Task PurgeStrayAsync(IEnumerable<MemberGroup> strays, CancellationToken stop)
    {
        foreach (var stray in strays)
        {
            await desk.Store.SaveAsync(new Batch().Purge(stray), stop);
        }
    }

    private SubjectSource Source() => new(desk.Store, bucket, _scope.Needs, _scope.HasManual);

    private static async Task<T> RepeatAsync<T>(Func<Task<T>> attempt)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                return await attempt();
            }
            catch (VersionConflictException) when (number < MostAttempts)
            {
                // Everything read is in doubt; customers already saved are found equal the next time.
            }
        }
    }
}
