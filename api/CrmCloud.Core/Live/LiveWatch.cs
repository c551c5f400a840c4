using System.Runtime.CompilerServices;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.Store;

namespace CrmCloud.Core.Live;

/// <summary>Something as it is in the store at one moment.</summary>
/// <param name="Stamp">Differs whenever a subscriber would see a difference.</param>
/// <param name="IsLast">Nothing will change it any more: the subscription is complete.</param>
public sealed record Sight<T>(T Value, string Stamp, bool IsLast = false);

/// <summary>
/// Follows single things by reading the caller's own store again after each save there, and every
/// <see cref="LiveLimits.LookEvery"/>: so it sees what other processes write, and only what is on disk.
/// </summary>
/// <remarks>
/// Nothing is buffered: the store is read when the subscriber has taken what it was given, and a slow one sees fewer
/// of the states in between, never an old one last.
/// </remarks>
public sealed class LiveWatch(TenantPulse pulse, LivePlaces places, TimeProvider clock)
{
    /// <summary>The state now, then each that differs, until the last or until it is gone.</summary>
    /// <param name="look">Null when there is no such thing in the caller's store.</param>
    /// <param name="what">Its kind, for the message.</param>
    /// <exception cref="GraphQLRequestException">NOT_FOUND, TOO_MANY_SUBSCRIPTIONS.</exception>
    public async Task<IAsyncEnumerable<T>> StatesAsync<T>(
        Caller caller, string what, Func<CancellationToken, Task<Sight<T>?>> look, CancellationToken stop)
    {
        if (await look(stop) is not { } first)
        {
            throw NotFound(what);
        }

        return Open(caller, (place, token) => StatesAsync(caller, first, look, place, token), stop);
    }

    /// <summary>What each look brings that is new, in order.</summary>
    /// <param name="look">Gives what was not given before.</param>
    /// <exception cref="GraphQLRequestException">TOO_MANY_SUBSCRIPTIONS.</exception>
    public IAsyncEnumerable<T> News<T>(
        Caller caller, Func<CancellationToken, Task<IReadOnlyList<T>>> look, CancellationToken stop) =>
        Open(caller, (place, token) => NewsAsync(caller, look, place, token), stop);

    /// <summary>An id that is unknown and one of another tenant get the same words.</summary>
    public static GraphQLRequestException NotFound(string what) => new("NOT_FOUND", $"There is no such {what}.");

    /// <summary>Takes a place for as long as the stream, or whoever asked for it, lives.</summary>
    internal IAsyncEnumerable<T> Open<T>(
        Caller caller, Func<IDisposable, CancellationToken, IAsyncEnumerable<T>> stream, CancellationToken stop)
    {
        var place = places.Take(caller.Tenant.Slug);
        stop.Register(place.Dispose);
        return stream(place, stop);
    }

    private async IAsyncEnumerable<T> StatesAsync<T>(
        Caller caller, Sight<T> first, Func<CancellationToken, Task<Sight<T>?>> look, IDisposable place,
        [EnumeratorCancellation] CancellationToken stop)
    {
        using var _ = place;
        var tenant = new TenantMode(caller.Tenant.Slug, caller.Mode);
        for (var seen = first; ;)
        {
            yield return seen.Value;
            if (seen.IsLast)
            {
                yield break;
            }

            Sight<T>? now;
            do
            {
                // What was saved while the subscriber took the last state is looked at first.
                var next = pulse.Next(tenant);
                now = await LookAsync(look, seen, stop);
                if (now?.Stamp == seen.Stamp)
                {
                    await WaitAsync(next, stop);
                }
            }
            while (now?.Stamp == seen.Stamp);
            if (now is null)
            {
                yield break;
            }

            seen = now;
        }
    }

    private async IAsyncEnumerable<T> NewsAsync<T>(
        Caller caller, Func<CancellationToken, Task<IReadOnlyList<T>>> look, IDisposable place,
        [EnumeratorCancellation] CancellationToken stop)
    {
        using var _ = place;
        while (true)
        {
            var next = pulse.Next(new(caller.Tenant.Slug, caller.Mode));
            var news = await LookAsync(look, [], stop);
            foreach (var one in news)
            {
                yield return one;
            }

            if (news.Count == 0)
            {
                await WaitAsync(next, stop);
            }
        }
    }

    // A store that is away for a moment has no news: the next look sees what came of it.
    private static async Task<T> LookAsync<T>(
        Func<CancellationToken, Task<T>> look, T unchanged, CancellationToken stop)
    {
        try
        {
            return await look(stop);
        }
        catch (StoreUnavailableException)
        {
            return unchanged;
        }
    }

    /// <summary>Until the next save of this process, or until it is time to look for those of others.</summary>
    internal async Task WaitAsync(Task next, CancellationToken stop)
    {
        await next.WaitAsync(LiveLimits.LookEvery, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
    }
}
