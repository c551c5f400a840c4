using System.IO.Compression;

namespace CrmCloud.Core.Bulk;

/// <summary>An uploaded file's content: as it is, or unpacked when it starts with gzip's magic bytes.</summary>
/// <remarks>Ends with <see cref="UnreadableFileException"/> beyond the bounds of <see cref="BulkLimits"/>.</remarks>
public sealed class ContentStream : Stream
{
    private readonly Stream _inner;
    private readonly long _most;
    private long _read;

    private ContentStream(Stream inner, long most) => (_inner, _most) = (inner, most);

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
            return new(file, BulkLimits.ContentBytes);
        }

        var most = Math.Min(BulkLimits.ContentBytes, BulkLimits.FreeContentBytes + (file.Length * BulkLimits.MostExpansion));
        return new(new GZipStream(file, CompressionMode.Decompress), most);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var count = _inner.Read(buffer);
            _read += count;
            return _read <= _most ? count : throw new UnreadableFileException(
                $"The file unpacks to more than {_most} bytes. Split it, or send it as it is.");
        }
        catch (InvalidDataException damaged)
        {
            throw new UnreadableFileException("The gzip file is damaged: " + damaged.Message, damaged);
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
