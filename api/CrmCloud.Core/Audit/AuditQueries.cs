using CrmCloud.Core.Lists;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Audit;

public sealed class AuditQueries
{
    /// <summary>Who did what, newest first.</summary>
    /// <param name="target">Only changes of this object.</param>
    /// <param name="actor">Only changes by this app.</param>
    [Query, RequiresScope(Scope.AuditRead)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<AuditEntry>> AuditAsync(
        Caller caller, CancellationToken stop, [Id] string? target = null,
        [Id] string? actor = null, int first = 50, string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "audit", target, actor);
        var where = new List<Condition>();
        if (target is not null)
        {
            where.Add(new("targetId", Comparison.Equal, target));
        }

        if (actor is not null)
        {
            where.Add(new("actor.appId", Comparison.Equal, GlobalId.Local(actor, "App") ?? "-"));
        }

        // Entries lie beside what they tell of: in three containers, in each partition.
        IReadOnlyList<string> everywhere = ["", .. BucketMerge.PartitionsOf(caller.Tenant.Buckets)];
        MergedQuery<AuditEntry>[] lists =
        [
            Entries(Container.Master, everywhere, where),
            Entries(Container.Interactions, everywhere, where),
            Entries(Container.Figures, [""], where),
        ];
        var pages = await Task.WhenAll(lists.Select(
            list => BucketMerge.ReadAsync(caller.Store, list, paging.First, paging.After, stop)));
        var merged = pages.SelectMany(p => p.Items).OrderByDescending(i => i.Place.Id, StringComparer.Ordinal).ToList();
        var more = merged.Count > paging.First || pages.Any(p => p.HasMore);
        return paging.Answer(merged.Take(paging.First), more, CountAsync);

        async Task<Count> CountAsync(CancellationToken token)
        {
            var counts = await Task.WhenAll(
                lists.Select(list => BucketMerge.CountAsync(caller.Store, list, caller.Now, token)));
            var exact = counts.All(c => c.Precision == CountPrecision.Exact);
            return new(counts.Sum(c => c.Value), exact ? CountPrecision.Exact : CountPrecision.AtLeast, caller.Now);
        }
    }

    // An entry's id begins with its time, so the order of ids is the order of time.
    private static MergedQuery<AuditEntry> Entries(
        Container container, IReadOnlyList<string> partitions, IReadOnlyList<Condition> where) => new()
    {
        Partitions = partitions,
        Each = new Query(container, "", "audit") { Descending = true, Where = where },
        SortValue = _ => null,
    };
}

/// <summary>The object an entry tells of, as it is now.</summary>
[ExtendObjectType(typeof(AuditEntry))]
public sealed class AuditEntryFields(Schema.NodeQueries nodes)
{
    /// <summary>Null when it is gone, or out of the key's scopes.</summary>
    public async Task<INode?> TargetAsync([Parent] AuditEntry entry, Caller caller, CancellationToken stop) =>
        entry.TargetId is null ? null : await nodes.NodeAsync(entry.TargetId, caller, stop);
}
