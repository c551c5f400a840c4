using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Pipeline;

/// <summary>
/// For a mutation over a list: each item is a mutation of its own, with its own batch, audit entry and idempotency
/// key, because the items lie in different partitions. One bad item does not undo the others.
/// </summary>
public sealed class MutationItems(MutationCall call, MutationPipeline pipeline)
{
    private bool _allReplayed = true;
    private int _count;

    /// <summary>Whether every item answered from an earlier request with the same key.</summary>
    public bool AllReplayed => _count > 0 && _allReplayed;

    public async Task<MutationResult<T>> RunAsync<T>(
        int index, object itemInput, Func<Caller, Task<Outcome<Change<T>>>> decide, CancellationToken stop)
    {
        var result = await pipeline.RunAsync(call.Item(index, itemInput), decide, stop);
        _count++;
        _allReplayed &= result.Meta.Replayed;
        return result;
    }

    /// <summary>What <see cref="RunAsync"/> would answer, without writing anything.</summary>
    public Task<MutationResult<T>> CheckAsync<T>(
        int index, object itemInput, Func<Caller, Task<Outcome<Change<T>>>> decide, CancellationToken stop)
    {
        var item = call.Item(index, itemInput);
        return pipeline.RunAsync(item with { Options = item.Options with { DryRun = true } }, decide, stop);
    }
}
