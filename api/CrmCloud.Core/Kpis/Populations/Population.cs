using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;

namespace CrmCloud.Core.Kpis;

/// <summary>Some of a tenant's customers: who belongs to them now, and who came and went before.</summary>
/// <param name="Members">Customer ids, as of now.</param>
/// <param name="Moves">The newest first, at least back to the instant that was asked for.</param>
/// <param name="KnownFrom">Before it nobody knows who belonged to them; null: not even now.</param>
public sealed record Population(
    IReadOnlyCollection<string> Members, IReadOnlyList<PopulationMove> Moves, DateTimeOffset? KnownFrom,
    Freshness Freshness)
{
    /// <summary>Why nobody counts any more, at whatever instant; null where members are kept.</summary>
    public string? Closed { get; init; }

    /// <summary>Why there are no figures at an instant; null where there are.</summary>
    /// <param name="at">Epoch milliseconds; who belonged to them right before it counts.</param>
    public string? WhyUnknown(long at) => Closed ?? (KnownFrom is not { } from ? "Members have not been found yet."
        : at > from.ToUnixTimeMilliseconds() ? null
        : $"Members are known from {from.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} on; the period ended before.");

    /// <summary>Who belonged to them right before an instant, epoch milliseconds.</summary>
    public HashSet<string> Before(long at)
    {
        var members = Members.ToHashSet(StringComparer.Ordinal);
        foreach (var move in Moves.TakeWhile(move => move.At >= at))
        {
            _ = move.Entered ? members.Remove(move.CustomerId) : members.Add(move.CustomerId);
        }

        return members;
    }
}

/// <summary>Somebody came or went.</summary>
/// <param name="At">Epoch milliseconds.</param>
public readonly record struct PopulationMove(string CustomerId, bool Entered, long At);

/// <summary>A feature that knows populations, and how it finds one that a caller names.</summary>
/// <remarks>
/// `FindAsync` takes the instant back to which moves are needed. It throws a <see cref="GraphQLRequestException"/>
/// where the caller may not read the population, or there is none.
/// </remarks>
public sealed record PopulationSource(
    Func<SegmentRef, Caller, DateTimeOffset, CancellationToken, Task<Population>> FindAsync);
