namespace CrmCloud.Core.Kpis;

/// <summary>The stored form of a history: about 17 bytes a fact.</summary>
/// <remarks>
/// A chunk is a format byte and facts in the order (at, id). A fact is a byte of kind and flags, the id (8 bytes), the
/// time since the fact before it (whole seconds where possible), the amount, and only where present: version, refunded
/// order (8 bytes), type (its number in the chunk; the text follows at first use) and channel. Each chunk can be read
/// alone.
/// </remarks>
internal static class PackedHistory
{
    /// <summary>No chunk is larger, so that one fits easily into a document.</summary>
    public const int ChunkBytes = 64 * 1024;

    private const byte Format = 1;

    public static List<byte[]> Encode(List<Fact> facts)
    {
        var chunks = new List<byte[]>();
        var (writer, types, lastAt) = Start();
        foreach (var fact in facts)
        {
            var before = writer.Length;
            Write(writer, fact, lastAt, types);
            if (writer.Length > ChunkBytes)
            {
                writer.CutTo(before);
                chunks.Add(writer.ToArray());
                (writer, types, lastAt) = Start();
                Write(writer, fact, lastAt, types);
            }

            lastAt = fact.At;
        }

        if (writer.Length > 1)
        {
            chunks.Add(writer.ToArray());
        }

        return chunks;
    }

    public static void Read(ReadOnlySpan<byte> chunk, List<Fact> facts)
    {
        var reader = new FactReader(chunk);
        while (reader.Next())
        {
            facts.Add(reader.Fact());
        }
    }

    internal static void CheckFormat(byte format)
    {
        if (format != Format)
        {
            throw new InvalidDataException($"A packed history has format {format}; this version reads {Format}.");
        }
    }

    private static (PackedWriter Writer, Dictionary<string, int> Types, long LastAt) Start()
    {
        var writer = new PackedWriter();
        writer.Byte(Format);
        return (writer, new Dictionary<string, int>(StringComparer.Ordinal), 0);
    }

    private static void Write(PackedWriter writer, in Fact fact, long lastAt, Dictionary<string, int> types)
    {
        var since = fact.At - lastAt;
        var flags = (FactFlags)fact.Kind
            | (since % 1000 == 0 ? FactFlags.WholeSeconds : 0)
            | (fact.Version != 1 ? FactFlags.Version : 0)
            | (fact.RefundOf != 0 ? FactFlags.RefundOf : 0)
            | (fact.Type.Length > 0 ? FactFlags.Type : 0)
            | (fact.Channel != 0 ? FactFlags.Channel : 0);
        writer.Byte((byte)flags);
        writer.Fixed64(fact.Id);
        writer.Signed(flags.HasFlag(FactFlags.WholeSeconds) ? since / 1000 : since);
        writer.Signed(fact.Amount);
        if (fact.Version != 1)
        {
            writer.Signed(fact.Version);
        }

        if (fact.RefundOf != 0)
        {
            writer.Fixed64(fact.RefundOf);
        }

        WriteType(writer, fact.Type, types);
        if (fact.Channel != 0)
        {
            writer.Byte(fact.Channel);
        }
    }

    private static void WriteType(PackedWriter writer, string type, Dictionary<string, int> types)
    {
        if (type.Length == 0)
        {
            return;
        }

        if (types.TryGetValue(type, out var number))
        {
            writer.Unsigned((ulong)number);
            return;
        }

        writer.Unsigned((ulong)types.Count);
        writer.Text(type);
        types.Add(type, types.Count);
    }
}
