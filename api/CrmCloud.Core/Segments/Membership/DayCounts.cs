using System.Globalization;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Segments;

/// <summary>Entered and left, by local day and segment. Not safe for several threads.</summary>
internal sealed class DayCounts
{
    private const byte Format = 1;

    private readonly SortedDictionary<(int Day, int Segment), (int Entered, int Left)> _counts = [];

    /// <summary>The days are days since 1970-01-01.</summary>
    public IEnumerable<KeyValuePair<(int Day, int Segment), (int Entered, int Left)>> All => _counts;

    public void Add(int day, int segment, int entered, int left)
    {
        var before = _counts.GetValueOrDefault((day, segment));
        _counts[(day, segment)] = (before.Entered + entered, before.Left + left);
    }

    public byte[] Encode()
    {
        var writer = new PackedWriter();
        writer.Byte(Format);
        foreach (var ((day, segment), (entered, left)) in _counts)
        {
            writer.Unsigned((ulong)day);
            writer.Unsigned((ulong)segment);
            writer.Unsigned((ulong)entered);
            writer.Unsigned((ulong)left);
        }

        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">Torn or of an unknown format.</exception>
    public static DayCounts Decode(ReadOnlySpan<byte> packed)
    {
        var counts = new DayCounts();
        if (packed.IsEmpty)
        {
            return counts;
        }

        var reader = new PackedReader(packed);
        if (reader.Byte() != Format)
        {
            throw new InvalidDataException("Packed counts are of an unknown format.");
        }

        while (!reader.AtEnd)
        {
            var (day, segment) = ((int)reader.Unsigned(), (int)reader.Unsigned());
            counts._counts[(day, segment)] = ((int)reader.Unsigned(), (int)reader.Unsigned());
        }

        return counts;
    }
}
