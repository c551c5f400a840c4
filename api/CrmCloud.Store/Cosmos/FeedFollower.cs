using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace CrmCloud.Store.Cosmos;

/// <summary>How the changes of everybody in one container are followed by several processes together.</summary>
/// <param name="Name">
/// Who follows, such as <c>api-interactions</c>: processes that say the same share the work, and how far they came.
/// </param>
/// <param name="Most">Documents of one delivery, unless one batch wrote more. 1 to 1,000.</param>
/// <param name="Poll">How long after the end of the feed it is looked at again.</param>
/// <param name="Lease">
/// How long a process that died keeps its part; another takes it over at most a sixth of this later. 1 second and more.
/// </param>
/// <param name="ReceiveAsync">
/// Gets documents as they lie in Cosmos DB. When it returns they are done with for good; when it throws they come
/// again, to this process or another. Also otherwise they may come again, and after later ones.
/// </param>
/// <param name="Failed">Told what went wrong; everything is tried again. Must return at once.</param>
public sealed record FeedFollowing(
    Container Container, string Name, int Most, TimeSpan Poll, TimeSpan Lease,
    Func<IReadOnlyList<JsonElement>, Task> ReceiveAsync, Action<Exception> Failed);

/// <summary>
/// Follows one container's changes of all tenants, beginning with the oldest, in leases that processes share: the
/// client's own change feed processor, whose bookkeeping lies in the container <see cref="ContainerPlan.Leases"/>.
/// </summary>
public sealed class FeedFollower
{
    private readonly ChangeFeedProcessor _processor;

    internal FeedFollower(Database database, FeedFollowing following)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(following.Lease, TimeSpan.FromSeconds(1));
        _processor = database.GetContainer(ContainerPlan.NameOf(following.Container))
            .GetChangeFeedProcessorBuilder(
                following.Name, (_, changes, stop) => ReceiveAsync(following, changes, stop))
            .WithInstanceName($"{Environment.MachineName}-{Guid.NewGuid():N}")
            .WithLeaseContainer(database.GetContainer(ContainerPlan.Leases))
            .WithLeaseConfiguration(following.Lease / 6, following.Lease, following.Lease / 3)
            .WithMaxItems(following.Most)
            .WithPollInterval(following.Poll)

            // Without a place in the lease: a process that began with "now" and died before its first delivery would
            // leave a gap. What was done before is found done.
            .WithStartTime(DateTime.MinValue.ToUniversalTime())
            .WithErrorNotification((_, failure) =>
            {
                following.Failed(failure);
                return Task.CompletedTask;
            })
            .Build();
    }

    /// <summary>Makes the leases if nobody has yet, and begins. Call again if it throws, whatever it throws.</summary>
    public Task StartAsync() => _processor.StartAsync();

    /// <summary>
    /// Waits for the delivery under way and gives the leases back, so that others go on at once. Harmless when it never
    /// started.
    /// </summary>
    public Task StopAsync() => _processor.StopAsync();

    private static async Task ReceiveAsync(FeedFollowing following, Stream changes, CancellationToken stop)
    {
        using var json = await JsonDocument.ParseAsync(changes, cancellationToken: stop);
        await following.ReceiveAsync([.. json.RootElement.GetProperty("Documents").EnumerateArray()]);
    }
}
