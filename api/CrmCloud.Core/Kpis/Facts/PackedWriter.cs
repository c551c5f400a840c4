using System.Buffers.Binary;
using System.Text;

namespace CrmCloud.Core.Kpis;

/// <summary>Appends variable-length numbers to a growing array.</summary>
/// <param name="capacityBytes">Room to begin with; it grows by itself.</param>
internal sealed class PackedWriter(int capacityBytes = 256)
{
    // Of a 64-bit number, 7 bits a byte.
    private const int MostNumberBytes = 10;

    private byte[] _bytes = new byte[capacityBytes];

    public int Length { get; private set; }

    public byte[] ToArray() => _bytes.AsSpan(0, Length).ToArray();

    /// <summary>Forgets everything after <paramref name="length"/>.</summary>
    public void CutTo(int length) => Length = length;

    public void Byte(byte value) => Room(1)[0] = value;

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    public void Fixed64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);

    public void Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Unsigned((ulong)bytes.Length);
        bytes.CopyTo(Room(bytes.Length));
    }

    /// <summary>Zigzag: small negative numbers are as short as small positive ones.</summary>
    public void Signed(long value) => Unsigned(unchecked((ulong)((value << 1) ^ (value >> 63))));

    public void Unsigned(ulong value)
    {
        var room = Room(MostNumberBytes);
        var used = 0;
        while (value >= 0x80)
        {
            room[used++] = (byte)((value & 0x7F) | 0x80);
            value >>= 7;
        }

        room[used++] = (byte)value;
        Length -= MostNumberBytes - used;
    }

    private Span<byte> Room(int count)
    {
        if (Length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }

        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
