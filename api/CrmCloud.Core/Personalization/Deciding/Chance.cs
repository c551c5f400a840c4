using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CrmCloud.Core.Personalization.Deciding;

/// <summary>Random numbers that are the same for ever: a logged decision must replay under any later runtime.</summary>
/// <remarks>
/// SplitMix64 (Steele, Lea and Flood, 2014): its first number is as good as its thousandth, so each decision may have
/// a seed of its own. Only integers come out: floating point functions differ between platforms in the last bit.
/// </remarks>
public struct Chance(ulong seed)
{
    private const int OnStack = 512;

    private ulong _state = seed;

    /// <summary>A seed, or a place in [0, 2^64), from texts: the same texts always give the same.</summary>
    /// <remarks>
    /// First 8 bytes of SHA-256 over each text's length and UTF-8 bytes, so ("ab","c") is not ("a","bc").
    /// </remarks>
    public static ulong SeedOf(params ReadOnlySpan<string> texts)
    {
        var most = 0;
        foreach (var text in texts)
        {
            most += sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length);
        }

        var bytes = most <= OnStack ? stackalloc byte[OnStack] : new byte[most];
        var count = 0;
        foreach (var text in texts)
        {
            var written = Encoding.UTF8.GetBytes(text, bytes[(count + sizeof(int))..]);
            BinaryPrimitives.WriteInt32BigEndian(bytes[count..], written);
            count += sizeof(int) + written;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..count], hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var mixed = _state;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }

    /// <summary>0 to limit - 1. The bias is below limit / 2^64.</summary>
    /// <param name="limit">1 or more.</param>
    public int Below(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return (int)Math.BigMul(Next(), (ulong)limit, out _);
    }
}
