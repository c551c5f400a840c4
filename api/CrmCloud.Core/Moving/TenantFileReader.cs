using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>
/// Reads a tenant's file, line by line. What was read may be believed only once the last line was: everything before it
/// is compared with its checksum.
/// </summary>
internal static class TenantFileReader
{
    /// <summary>A longer line is no line of ours: a document has at most 2 MB.</summary>
    private const int MostLineBytes = 8 << 20;

    /// <exception cref="MoveRefusedException">The file is torn, was altered, or is of another format.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IEnumerable<TenantFileLine> Read(string path)
    {
        using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        using var packed = new GZipStream(file, CompressionMode.Decompress);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lines = new LineBuffer(packed);
        var (count, bytes, ended) = (0L, 0L, false);
        while (lines.Next() is { } text)
        {
            var line = ended ? throw Refused("goes on after its last line") : Parse(text);
            if (count == 0 != line.Header is not null)
            {
                throw Refused(count == 0 ? "does not begin with a header" : "has a second header");
            }

            Check(line.Header);
            ended = line.End is not null;
            if (line.End is { } end
                && (end.Lines != count || end.Sha256 != Convert.ToHexStringLower(hash.GetCurrentHash())))
            {
                throw Refused("was altered: its checksum is another");
            }

            hash.AppendData(text.Span);
            hash.AppendData("\n"u8);
            count++;
            bytes += text.Length + 1;
            yield return line;
        }

        if (!ended || !EndsAfter(file, bytes))
        {
            throw Refused(ended ? "holds something after its end" : "is torn: its last line is missing");
        }
    }

    private static void Check(TenantFileHeader? header)
    {
        if (header is not null && header.Format != TenantFileHeader.FormatName)
        {
            throw Refused("is not a tenant's file");
        }

        if (header is not null && header.FormatVersion != TenantFileHeader.CurrentVersion)
        {
            throw Refused(
                $"has format version {header.FormatVersion}; this program reads {TenantFileHeader.CurrentVersion}");
        }

        // The name becomes a path and a partition key, and whoever writes a file anew can write any.
        if (header is not null && (!Addresses.IsTenant(header.Tenant ?? "") || header.Counts is null))
        {
            throw Refused("was altered: it names no tenant");
        }
    }

    private static TenantFileLine Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            if (text.Span.StartsWith("{\"document\""u8))
            {
                using var json = JsonDocument.Parse(text);
                return new() { Document = MovedDocument.Read(json.RootElement) };
            }

            return JsonSerializer.Deserialize<TenantFileLine>(text.Span, TenantFileLine.Json)!;
        }
        catch (Exception wrong) when (wrong
            is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw Refused("was altered, or is no tenant's file", wrong);
        }
    }

    // The last four bytes of a packed file count what it holds: what was put behind it would stand in their place.
    private static bool EndsAfter(FileStream file, long bytes)
    {
        Span<byte> size = stackalloc byte[4];
        file.Seek(-size.Length, SeekOrigin.End);
        file.ReadExactly(size);
        return BinaryPrimitives.ReadUInt32LittleEndian(size) == unchecked((uint)bytes);
    }

    private static MoveRefusedException Refused(string what, Exception? inner = null) =>
        new($"The file {what}.", inner);

    /// <summary>Cuts a stream into lines, holding one at a time.</summary>
    private sealed class LineBuffer(Stream stream)
    {
        private byte[] _buffer = new byte[1 << 16];
        private int _start;
        private int _end;

        /// <returns>Without its line feed, good until the next call; null at the end.</returns>
        public ReadOnlyMemory<byte>? Next()
        {
            for (var searched = 0; ;)
            {
                var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
                if (found >= 0)
                {
                    var line = _buffer.AsMemory(_start, searched + found);
                    _start += searched + found + 1;
                    return line;
                }

                searched = _end - _start;
                if (!Fill())
                {
                    return searched == 0 ? null : throw Refused("is torn: it ends within a line");
                }
            }
        }

        private bool Fill()
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            if (_end == _buffer.Length)
            {
                Array.Resize(
                    ref _buffer, _end < MostLineBytes ? _end * 2 : throw Refused("has a line that is too long"));
            }

            try
            {
                var read = stream.Read(_buffer, _end, _buffer.Length - _end);
                _end += read;
                return read > 0;
            }
            catch (InvalidDataException broken)
            {
                throw Refused("is torn or was altered: it cannot be unpacked", broken);
            }
        }
    }
}
