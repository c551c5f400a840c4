using CrmCloud.Core.Jobs;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api;

/// <summary>
/// The visits of this process's workers, or none where the Functions app makes them, or <see cref="FeedWorkers"/> on
/// Cosmos DB: made twice they would change nothing and cost request units twice. Whoever is signalled is taken all the
/// same, because imports wait for that.
/// </summary>
public sealed class EmbeddedVisits(TenantVisit visits, IOptions<CrmCloudOptions> settings)
{
    /// <inheritdoc cref="TenantVisit.RunAsync"/>
    public Task<DateTimeOffset?> RunAsync(TenantMode tenant, CancellationToken stop) =>
        settings.Value is { Workers: true } mine && !mine.IsCosmos()
        ? visits.RunAsync(tenant, stop)
        : Task.FromResult<DateTimeOffset?>(null);
}
