using CrmCloud.GraphQL;

namespace CrmCloud.Core.Live;

/// <summary>Counts the subscriptions of each tenant, both modes together.</summary>
public sealed class LivePlaces
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);

    /// <summary>Of all tenants.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _taken.Values.Sum();
            }
        }
    }

    /// <returns>To be disposed when the subscription has ended; twice does no harm.</returns>
    /// <exception cref="GraphQLRequestException">TOO_MANY_SUBSCRIPTIONS.</exception>
    public IDisposable Take(string tenant)
    {
        lock (_gate)
        {
            var taken = _taken.GetValueOrDefault(tenant);
            if (taken >= LiveLimits.SubscriptionsPerTenant)
            {
                throw new GraphQLRequestException(
                    "TOO_MANY_SUBSCRIPTIONS",
                    $"A tenant has at most {LiveLimits.SubscriptionsPerTenant} subscriptions at once.");
            }

            _taken[tenant] = taken + 1;
        }

        return new Once(() => GiveBack(tenant));
    }

    private void GiveBack(string tenant)
    {
        lock (_gate)
        {
            if (--_taken[tenant] == 0)
            {
                _taken.Remove(tenant);
            }
        }
    }
}
