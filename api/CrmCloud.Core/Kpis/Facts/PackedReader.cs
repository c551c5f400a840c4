using System.Buffers.Binary;
using System.Text;

namespace CrmCloud.Core.Kpis;

/// <summary>Reads what <see cref="PackedWriter"/> wrote; never beyond the end of its bytes.</summary>
internal ref struct PackedReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public readonly bool AtEnd => _position >= _bytes.Length;

    public byte Byte()
    {
        if (_position >= _bytes.Length)
        {
            throw new InvalidDataException("A packed block ends too early.");
        }

        return _bytes[_position++];
    }

    public long Fixed64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public string Text() => Encoding.UTF8.GetString(Take(Unsigned()));

    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ulong Unsigned()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A packed number is longer than 64 bits.");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _position))
        {
            throw new InvalidDataException("A packed block ends too early.");
        }

        var taken = _bytes.Slice(_position, (int)count);
        _position += (int)count;
        return taken;
    }
}
