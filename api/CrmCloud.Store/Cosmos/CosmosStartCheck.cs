using System.Net;
using Azure.Identity;
using Microsoft.Azure.Cosmos;

namespace CrmCloud.Store.Cosmos;

/// <summary>Says before the first request what an operator would otherwise find out from failing ones.</summary>
internal sealed class CosmosStartCheck(CosmosClient client, CosmosStoreOptions options, TimeProvider clock)
{
    /// <exception cref="StoreUnavailableException">Names everything that is wrong.</exception>
    public async Task RunAsync(bool withLeases, CancellationToken stop)
    {
        var account = await AskAsync(() => client.ReadAccountAsync(), $"the account {options.Endpoint}", stop)
            ?? throw new StoreUnavailableException($"{options.Endpoint} is not a Cosmos DB account.");
        if (account.Consistency.DefaultConsistencyLevel
            is ConsistencyLevel.Eventual or ConsistencyLevel.ConsistentPrefix)
        {
            throw new StoreUnavailableException(
                "The account's default consistency must be Session or stronger, or reads miss acknowledged writes.");
        }

        var faults = new List<string>();
        foreach (var planned in ContainerPlan.All.Where(one => withLeases || one.Container is not null))
        {
            var container = client.GetContainer(options.Database, planned.Name);
            var found = await AskAsync(
                async () => (await container.ReadContainerAsync(cancellationToken: stop)).Resource,
                $"container '{planned.Name}'",
                stop);
            faults.AddRange(found is null
                ? [$"There is no container '{planned.Name}' in database '{options.Database}'."]
                : FaultsOf(planned, found));
        }

        if (faults.Count > 0)
        {
            throw new StoreUnavailableException(string.Join(' ', faults));
        }
    }

    /// <summary>What Cosmos DB is to be told to make this container.</summary>
    public static ContainerProperties PropertiesOf(PlannedContainer planned, IReadOnlyList<StoreIndex> indexes)
    {
        var properties = new ContainerProperties(planned.Name, planned.PartitionKey)
        {
            DefaultTimeToLive = planned.DefaultTtlSeconds,
        };
        // The change feed's bookkeeping keeps its own wishes: everything indexed, as Cosmos DB does without being told.
        if (planned.Container is null)
        {
            return properties;
        }

        foreach (var path in planned.IndexedPaths(indexes))
        {
            properties.IndexingPolicy.IncludedPaths.Add(new() { Path = path });
        }

        properties.IndexingPolicy.ExcludedPaths.Add(new() { Path = "/*" });
        foreach (var path in planned.SortedPaths(indexes))
        {
            properties.IndexingPolicy.CompositeIndexes.Add([new() { Path = path }, new() { Path = "/id" }]);
        }

        return properties;
    }

    private IEnumerable<string> FaultsOf(PlannedContainer planned, ContainerProperties found)
    {
        if (found.PartitionKeyPath != planned.PartitionKey)
        {
            yield return $"Container '{planned.Name}' has the partition key {found.PartitionKeyPath}; "
                + $"it must be {planned.PartitionKey}, and only a new container can have another.";
        }

        if (found.DefaultTimeToLive != planned.DefaultTtlSeconds)
        {
            yield return $"Container '{planned.Name}' has a default time to live of "
                + $"{found.DefaultTimeToLive?.ToString() ?? "off"}; it must be {planned.DefaultTtlSeconds}.";
        }

        var sorted = found.IndexingPolicy.CompositeIndexes.Where(one => one.Count == 2 && one[1].Path == "/id"
            && one[0].Order == one[1].Order).Select(one => one[0].Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in planned.SortedPaths(options.Indexes).Where(path => !sorted.Contains(path)))
        {
            yield return $"Container '{planned.Name}' lacks the composite index ({path}, /id).";
        }
    }

    /// <returns>Null when it does not exist.</returns>
    private async Task<T?> AskAsync<T>(Func<Task<T>> ask, string what, CancellationToken stop) where T : class
    {
        var budget = new RetryBudget(options, clock);
        while (true)
        {
            try
            {
                return await ask().WaitAsync(options.AttemptTimeout, clock, stop);
            }
            catch (CosmosException failure) when (failure.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
            catch (CosmosException failure) when (failure.StatusCode
                is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                throw new StoreUnavailableException(
                    $"Access to {what} is refused ({(int)failure.StatusCode}). Check the key, or that the identity has "
                    + "the role Cosmos DB Built-in Data Contributor.", failure);
            }
            catch (AuthenticationFailedException failure)
            {
                throw new StoreUnavailableException($"No Azure identity to sign in with. {failure.Message}", failure);
            }
            catch (Exception failure) when (failure is CosmosException or HttpRequestException or TimeoutException)
            {
                await budget.WaitAsync(null, $"{what} does not answer.", stop);
            }
        }
    }
}
