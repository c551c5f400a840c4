using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Segments;

/// <summary>How many members each segment has in a bucket, in 64 equal slices of its customers.</summary>
/// <remarks>Slices let lists pass by where a small segment has nobody. Not safe for several threads.</remarks>
internal sealed class SegmentSizes
{
    public const int SliceBits = 6;

    private const int Slices = 1 << SliceBits;
    private const byte Format = 1;

    private readonly SortedDictionary<int, int[]> _sizes = [];

    public IEnumerable<int> Segments => _sizes.Keys;

    public int this[int segment] => _sizes.TryGetValue(segment, out var slices) ? slices.Sum() : 0;

    /// <summary>The members among the customers whose place begins with these bits.</summary>
    public int InSlice(int segment, int slice) => _sizes.TryGetValue(segment, out var slices) ? slices[slice] : 0;

    public static int SliceOf(CustomerNumber customer) => customer.Group(SliceBits);

    /// <exception cref="InvalidOperationException">A segment would have fewer than no members: a bug.</exception>
    public void Add(int segment, CustomerNumber customer, int sign)
    {
        if (!_sizes.TryGetValue(segment, out var slices))
        {
            _sizes[segment] = slices = new int[Slices];
        }

        ref var size = ref slices[SliceOf(customer)];
        size += sign;
        if (size < 0)
        {
            throw new InvalidOperationException("A segment would have fewer than no members.");
        }

        if (size == 0 && slices.All(slice => slice == 0))
        {
            _sizes.Remove(segment);
        }
    }

    public byte[] Encode()
    {
        var writer = new PackedWriter();
        writer.Byte(Format);
        foreach (var (segment, slices) in _sizes)
        {
            writer.Unsigned((ulong)segment);
            foreach (var size in slices)
            {
                writer.Unsigned((ulong)size);
            }
        }

        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">Torn or of an unknown format.</exception>
    public static SegmentSizes Decode(ReadOnlySpan<byte> packed)
    {
        var sizes = new SegmentSizes();
        if (packed.IsEmpty)
        {
            return sizes;
        }

        var reader = new PackedReader(packed);
        if (reader.Byte() != Format)
        {
            throw new InvalidDataException("Packed sizes are of an unknown format.");
        }

        while (!reader.AtEnd)
        {
            var slices = sizes._sizes[(int)reader.Unsigned()] = new int[Slices];
            for (var slice = 0; slice < Slices; slice++)
            {
                slices[slice] = (int)reader.Unsigned();
            }
        }

        return sizes;
    }
}

/// <summary>Into how many groups a bucket's customers are divided.</summary>
internal static class GroupBits
{
    /// <summary>About a million groups.</summary>
    public const int Most = 20;

    private const int CustomersPerGroup = 128;
    private const int MembershipsPerGroup = 2_000;

    /// <summary>
    /// Halves groups once they are on average twice as large as they should be; never joins them again.
    /// </summary>
    public static int For(int customers, int memberships, int current)
    {
        var load = Math.Max((long)customers, (long)memberships * CustomersPerGroup / MembershipsPerGroup);
        var bits = current;
        while (bits < Most && load >> bits > CustomersPerGroup * (bits == current ? 2 : 1))
        {
            bits++;
        }

        return bits;
    }
}
