using System.Net;
using System.Net.Sockets;

namespace CrmCloud.Api.Access;

/// <summary>How often one address may present a wrong key.</summary>
/// <remarks>
/// A token bucket per address. A right key is always let in: with 256 random bits guessing is hopeless anyway, and
/// refusing right keys would let one guesser shut out everybody behind the same gateway.
/// </remarks>
public sealed class GuessLimiter(TimeProvider clock)
{
    /// <summary>Wrong keys in a row before refusals begin.</summary>
    public const int Burst = 60;

    /// <summary>Addresses remembered; beyond it those that have fully recovered are dropped, then all.</summary>
    public const int MostAddresses = 10_000;

    private static readonly TimeSpan RestoreOne = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, long> _fullAt = [];

    /// <summary>Counts a wrong key.</summary>
    /// <returns>
    /// Null while the address may go on; else how long it has to wait before the next wrong key is looked at.
    /// </returns>
    public TimeSpan? Count(IPAddress? address)
    {
        var (who, now) = (Group(address), clock.GetUtcNow().UtcTicks);
        lock (_gate)
        {
            // The bucket as one number: the instant at which it will be full again.
            var full = Math.Max(_fullAt.GetValueOrDefault(who, now), now);
            var wait = full + RestoreOne.Ticks - now - (Burst * RestoreOne.Ticks);
            if (wait > 0)
            {
                return TimeSpan.FromTicks(wait);
            }

            MakeRoom(now);
            _fullAt[who] = full + RestoreOne.Ticks;
            return null;
        }
    }

    private void MakeRoom(long now)
    {
        if (_fullAt.Count < MostAddresses)
        {
            return;
        }

        foreach (var recovered in _fullAt.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToList())
        {
            _fullAt.Remove(recovered);
        }

        if (_fullAt.Count >= MostAddresses)
        {
            _fullAt.Clear();
        }
    }

    // An IPv6 customer has a whole /64 to guess from.
    private static IPAddress Group(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new IPAddress([.. address.GetAddressBytes().AsSpan(0, 8), 0, 0, 0, 0, 0, 0, 0, 0])
            : address;
    }
}
