using System.Globalization;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Segments;

/// <summary>
/// A customer within his bucket: the 128 bits of his id, and where they put him in the order in which members are kept.
/// </summary>
/// <param name="Place">
/// 32 well mixed bits of the id. The first ones name his group, so that a group that is split keeps its order.
/// </param>
internal readonly record struct CustomerNumber(uint Place, UInt128 Bits) : IComparable<CustomerNumber>
{
    public static CustomerNumber Of(string customerId)
    {
        var bits = UInt128.Parse(customerId.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return Of(bits);
    }

    public static CustomerNumber Of(UInt128 bits) => new(Mix((ulong)(bits >> 64), unchecked((ulong)bits)), bits);

    /// <param name="bucket">The bucket's partition, <c>0</c> to <c>15</c>.</param>
    public string ToCustomerId(string bucket) =>
        int.Parse(bucket, CultureInfo.InvariantCulture).ToString("x", CultureInfo.InvariantCulture)
        + Bits.ToString("x32", CultureInfo.InvariantCulture);

    /// <param name="groupBits">0 to 20.</param>
    public int Group(int groupBits) => groupBits == 0 ? 0 : (int)(Place >> (32 - groupBits));

    public int CompareTo(CustomerNumber other) =>
        Place != other.Place ? Place.CompareTo(other.Place) : Bits.CompareTo(other.Bits);

    // SplitMix64's finish over both halves: ids may rise with time or be counted up, groups must be even all the same.
    private static uint Mix(ulong high, ulong low)
    {
        unchecked
        {
            var mixed = low ^ (high * 0x9E3779B97F4A7C15UL);
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            return (uint)((mixed ^ (mixed >> 31)) >> 32);
        }
    }
}
