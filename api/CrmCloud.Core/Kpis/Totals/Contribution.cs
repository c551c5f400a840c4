namespace CrmCloud.Core.Kpis;

/// <summary>What one customer adds to the totals: cells in order of their key, none of them zero. Immutable.</summary>
/// <remarks>
/// A pure function of history, definitions and now (<see cref="CustomerFigures"/>). The change of a total is the new
/// contribution minus the one that was counted, so a repeated message changes nothing.
/// </remarks>
public sealed class Contribution : IEquatable<Contribution>
{
    private const byte Format = 1;

    private readonly long[] _keys;
    private readonly long[] _values;

    internal Contribution(long[] keys, long[] values)
    {
        _keys = keys;
        _values = values;
    }

    public static Contribution None { get; } = new([], []);

    public int Count => _keys.Length;

    public bool IsEmpty => _keys.Length == 0;

    public Cell this[int index] => new(new CellKey(_keys[index]), _values[index]);

    public IEnumerable<Cell> Cells => Enumerable.Range(0, Count).Select(i => this[i]);

    /// <summary>The contribution of one customer. For many, keep a <see cref="CustomerFigures"/> instead.</summary>
    /// <param name="now">Epoch milliseconds UTC; later facts do not count.</param>
    public static Contribution Of(CustomerHistory history, Definitions definitions, long now)
    {
        var figures = new CustomerFigures(definitions);
        figures.Load(history, now);
        return figures.Contribution();
    }

    /// <summary>
    /// What has to be added to totals that counted <paramref name="counted"/>, so that they count this.
    /// </summary>
    public Contribution Minus(Contribution counted)
    {
        // Most changes touch a few cells; a new customer touches all of his.
        var sink = new CellList(counted.IsEmpty ? Count : 32);
        ReadOnlySpan<long> mine = _keys;
        ReadOnlySpan<long> theirs = counted._keys;
        var (i, j) = (0, 0);
        while (i < mine.Length && j < theirs.Length)
        {
            var (left, right) = (mine[i], theirs[j]);
            if (left == right)
            {
                AddNonZero(sink, left, _values[i++] - counted._values[j++]);
            }
            else if (left < right)
            {
                sink.Add(left, _values[i++]);
            }
            else
            {
                sink.Add(right, -counted._values[j++]);
            }
        }

        for (; i < mine.Length; i++)
        {
            sink.Add(mine[i], _values[i]);
        }

        for (; j < theirs.Length; j++)
        {
            sink.Add(theirs[j], -counted._values[j]);
        }

        return sink.ToContribution();
    }

    /// <summary>About three bytes a cell.</summary>
    public byte[] Encode()
    {
        var writer = new PackedWriter();
        writer.Byte(Format);
        var last = 0L;
        for (var i = 0; i < _keys.Length; i++)
        {
            writer.Unsigned((ulong)(_keys[i] - last));
            writer.Signed(_values[i]);
            last = _keys[i];
        }

        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are torn or of an unknown format.</exception>
    public static Contribution Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        if (reader.Byte() != Format)
        {
            throw new InvalidDataException("A packed contribution is of another format.");
        }

        var sink = new CellList(64);
        var key = 0L;
        while (!reader.AtEnd)
        {
            key += (long)reader.Unsigned();
            sink.Add(key, reader.Signed());
        }

        return sink.ToContribution();
    }

    private static void AddNonZero(CellList sink, long key, long value)
    {
        if (value != 0)
        {
            sink.Add(key, value);
        }
    }

    public bool Equals(Contribution? other) =>
        other is not null && _keys.AsSpan().SequenceEqual(other._keys) && _values.AsSpan().SequenceEqual(other._values);

    public override bool Equals(object? obj) => Equals(obj as Contribution);

    public override int GetHashCode() => HashCode.Combine(Count, Count > 0 ? _keys[^1] : 0);
}
