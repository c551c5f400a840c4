using System.Runtime.InteropServices;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Segments;

/// <summary>The stored form of a group's members and of its moves.</summary>
/// <remarks>
/// Times are differences to the one before, so the many that came at one instant take a byte each. A member costs 17
/// bytes and 4 to 10 for each membership; a move 21 to 33.
/// </remarks>
internal static class MemberPack
{
    private const byte Format = 1;

    // Enough for most: room to begin with.
    private const int EntryBytes = 48;
    private const int MoveBytes = 34;

    public static byte[] Encode(IReadOnlyList<MemberEntry> entries)
    {
        var writer = new PackedWriter(16 + (entries.Count * EntryBytes));
        writer.Byte(Format);
        var (lastDue, lastSince) = (0L, 0L);
        foreach (var entry in entries)
        {
            WriteId(writer, entry.Customer);
            writer.Unsigned(((ulong)entry.Memberships.Length << 1) | (entry.Due == 0 ? 0UL : 1));
            if (entry.Due != 0)
            {
                writer.Signed(entry.Due - lastDue);
                lastDue = entry.Due;
            }

            foreach (ref readonly var membership in entry.Memberships.AsSpan())
            {
                writer.Unsigned((ulong)membership.Segment);
                writer.Signed(membership.Since - lastSince);
                writer.Byte((byte)membership.Cause);
                writer.Unsigned((ulong)membership.Revision);
                lastSince = membership.Since;
            }
        }

        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">Torn or of an unknown format.</exception>
    public static List<MemberEntry> Decode(ReadOnlySpan<byte> packed, MembershipLists lists)
    {
        var entries = new List<MemberEntry>();
        if (packed.IsEmpty)
        {
            return entries;
        }

        var read = new List<Membership>();
        var reader = new PackedReader(packed);
        CheckFormat(reader.Byte());
        var (lastDue, lastSince) = (0L, 0L);
        while (!reader.AtEnd)
        {
            var customer = ReadId(ref reader);
            var head = reader.Unsigned();
            var due = (head & 1) == 0 ? 0 : lastDue += reader.Signed();
            read.Clear();
            for (var left = Count(head >> 1); left > 0; left--)
            {
                var segment = (int)reader.Unsigned();
                lastSince += reader.Signed();
                read.Add(new(segment, lastSince, (MembershipCauseKind)reader.Byte(), (int)reader.Unsigned()));
            }

            entries.Add(new MemberEntry(customer, due, lists.Of(CollectionsMarshal.AsSpan(read))));
        }

        return entries;
    }

    /// <summary>Appends moves to a packed log.</summary>
    /// <param name="tick">Of these moves; their own is not looked at.</param>
    public static byte[] Append(ReadOnlySpan<byte> log, List<Move> moves, long tick)
    {
        var writer = new PackedWriter(16 + log.Length + (moves.Count * MoveBytes));
        writer.Bytes(log);
        if (log.IsEmpty)
        {
            writer.Byte(Format);
        }

        foreach (ref readonly var move in CollectionsMarshal.AsSpan(moves))
        {
            WriteId(writer, move.Customer);
            writer.Unsigned((ulong)move.Segment);
            writer.Byte((byte)(((byte)move.Cause << 1) | (move.Entered ? 1 : 0)));
            writer.Signed(move.At);
            writer.Signed(move.At - move.Since);
            writer.Unsigned((ulong)move.Revision);
            writer.Unsigned((ulong)tick);
        }

        return writer.ToArray();
    }

    /// <summary>In the order in which they were appended.</summary>
    /// <exception cref="InvalidDataException">Torn or of an unknown format.</exception>
    public static List<Move> Moves(ReadOnlySpan<byte> log)
    {
        var moves = new List<Move>();
        if (log.IsEmpty)
        {
            return moves;
        }

        var reader = new PackedReader(log);
        CheckFormat(reader.Byte());
        while (!reader.AtEnd)
        {
            var customer = ReadId(ref reader);
            var segment = (int)reader.Unsigned();
            var flags = reader.Byte();
            var at = reader.Signed();
            var since = at - reader.Signed();
            var cause = (MembershipCauseKind)(flags >> 1);
            moves.Add(new(customer, segment, (flags & 1) == 1, at, since, cause, (int)reader.Unsigned(),
                (long)reader.Unsigned()));
        }

        return moves;
    }

    private static void CheckFormat(byte format)
    {
        if (format != Format)
        {
            throw new InvalidDataException($"Packed members have format {format}; this version reads {Format}.");
        }
    }

    private static int Count(ulong count) => count <= SegmentBook.MostNumbers
        ? (int)count
        : throw new InvalidDataException("A packed member has more memberships than there are segments.");

    private static void WriteId(PackedWriter writer, CustomerNumber customer)
    {
        writer.Fixed64(unchecked((long)(ulong)(customer.Bits >> 64)));
        writer.Fixed64(unchecked((long)(ulong)customer.Bits));
    }

    private static CustomerNumber ReadId(ref PackedReader reader)
    {
        var high = unchecked((ulong)reader.Fixed64());
        return CustomerNumber.Of(new UInt128(high, unchecked((ulong)reader.Fixed64())));
    }
}
