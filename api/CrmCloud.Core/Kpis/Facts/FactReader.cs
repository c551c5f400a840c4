namespace CrmCloud.Core.Kpis;

[Flags]
internal enum FactFlags : byte
{
    // The low three bits are the kind.
    KindMask = 0x07,
    WholeSeconds = 0x08,
    Version = 0x10,
    RefundOf = 0x20,
    Type = 0x40,
    Channel = 0x80,
}

/// <summary>Walks the facts of one packed chunk without making objects of them.</summary>
internal ref struct FactReader
{
    private PackedReader _reader;
    private List<string>? _types;

    public FactReader(ReadOnlySpan<byte> chunk)
    {
        _reader = new PackedReader(chunk);
        PackedHistory.CheckFormat(_reader.Byte());
    }

    public FactKind Kind { get; private set; }

    public long Id { get; private set; }

    public long At { get; private set; }

    public long Amount { get; private set; }

    public long Version { get; private set; }

    public long RefundOf { get; private set; }

    public string Type { get; private set; } = "";

    public byte Channel { get; private set; }

    /// <returns>False at the end of the chunk.</returns>
    /// <exception cref="InvalidDataException">The chunk is torn.</exception>
    public bool Next()
    {
        if (_reader.AtEnd)
        {
            return false;
        }

        var flags = (FactFlags)_reader.Byte();
        Kind = (FactKind)(flags & FactFlags.KindMask);
        Id = _reader.Fixed64();
        var since = _reader.Signed();
        At += (flags & FactFlags.WholeSeconds) != 0 ? since * 1000 : since;
        Amount = _reader.Signed();
        Version = (flags & FactFlags.Version) != 0 ? _reader.Signed() : 1;
        RefundOf = (flags & FactFlags.RefundOf) != 0 ? _reader.Fixed64() : 0;
        Type = (flags & FactFlags.Type) != 0 ? ReadType() : "";
        Channel = (flags & FactFlags.Channel) != 0 ? _reader.Byte() : (byte)0;
        return true;
    }

    public readonly Fact Fact() =>
        new(Id, Version, Kind, At) { Amount = Amount, RefundOf = RefundOf, Type = Type, Channel = Channel };

    private string ReadType()
    {
        _types ??= [];
        var number = _reader.Unsigned();
        if (number > (ulong)_types.Count)
        {
            throw new InvalidDataException("A packed history names a type that it does not hold.");
        }

        if (number == (ulong)_types.Count)
        {
            _types.Add(_reader.Text());
        }

        return _types[(int)number];
    }
}
