using System.Buffers.Binary;
using System.IO.Compression;

namespace CrmCloud.Core.Bulk;

/// <summary>An uploaded file's content: as it is, or unpacked when it starts with gzip's magic bytes.</summary>
/// <remarks>Ends with <see cref="UnreadableFileException"/> beyond the bounds of <see cref="BulkLimits"/>.</remarks>
public sealed class ContentStream : Stream
{
    private readonly Stream _inner;
    private readonly long _most;

    // What a gzip file's last four bytes say it unpacks to, modulo 2^32; null for a file that is not packed.
    private readonly uint? _announced;
    private long _read;

    private ContentStream(Stream inner, long most, uint? announced) =>
        (_inner, _most, _announced) = (inner, most, announced);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <param name="file">Seekable, at its start; belongs to the returned stream.</param>
    public static ContentStream Open(Stream file)
    {
        Span<byte> magic = stackalloc byte[2];
        var packed = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
        file.Position = 0;
        if (!packed)
        {
            return new(file, BulkLimits.ContentBytes, null);
        }

        Span<byte> size = stackalloc byte[4];
        file.Position = Math.Max(0, file.Length - size.Length);
        file.ReadExactly(size);
        file.Position = 0;

        var most = Math.Min(
            BulkLimits.ContentBytes, BulkLimits.FreeContentBytes + (file.Length * BulkLimits.MostExpansion));
        return new(
            new GZipStream(file, CompressionMode.Decompress), most, BinaryPrimitives.ReadUInt32LittleEndian(size));
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var count = _inner.Read(buffer);
            _read += count;
            if (count == 0 && buffer.Length > 0 && _announced is { } announced && announced != unchecked((uint)_read))
            {
                // .NET takes a file that was cut off for a short one. Half an order must not replace a whole one.
                throw new UnreadableFileException(
                    "The gzip file ends too early, or is several files in one; send it again, whole.");
            }

            return _read <= _most ? count : throw new UnreadableFileException(
                $"The file unpacks to more than {_most} bytes. Split it, or send it as it is.");
        }
        catch (InvalidDataException damaged)
        {
            throw new UnreadableFileException("The gzip file is damaged; send it again.", damaged);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
