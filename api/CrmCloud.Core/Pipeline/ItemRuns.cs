using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Pipeline;

/// <summary>Runs the items of a list mutation one after the other, so that an item sees those before it.</summary>
public static class ItemRuns
{
    /// <summary>
    /// With REJECT_ALL every item is first tried without writing; if one is refused none is written, and those that
    /// would have gone through carry no error. An item that only fails because of another in the same list is refused
    /// when its turn comes.
    /// </summary>
    public static async Task<IReadOnlyList<MutationResult<TPayload>>> RunAsync<TItem, TPayload>(
        IReadOnlyList<TItem> inputs,
        ErrorPolicy policy,
        MutationItems items,
        Func<TItem, Caller, Task<Outcome<Change<TPayload>>>> decide,
        CancellationToken stop) where TItem : notnull
    {
        if (policy == ErrorPolicy.RejectAll)
        {
            var tried = new List<MutationResult<TPayload>>(inputs.Count);
            for (var i = 0; i < inputs.Count; i++)
            {
                var item = inputs[i];
                tried.Add(await items.CheckAsync(i, item, caller => decide(item, caller), stop));
            }

            if (tried.Any(r => r.UserErrors.Count > 0))
            {
                return [.. tried.Select(r => r with { Payload = default })];
            }
        }

        var results = new List<MutationResult<TPayload>>(inputs.Count);
        for (var i = 0; i < inputs.Count; i++)
        {
            var item = inputs[i];
            results.Add(await items.RunAsync(i, item, caller => decide(item, caller), stop));
        }

        return results;
    }
}
