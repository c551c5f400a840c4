namespace CrmCloud.Core.Bulk;

/// <summary>
/// A view on a stream that moves forward and grows while a row does not fit. Never above the largest row.
/// </summary>
public sealed class ByteWindow(Stream stream)
{
    private const int Most = BulkLimits.RowBytes * 4;

    private byte[] _buffer = new byte[BulkLimits.RowBytes];
    private int _start;
    private int _end;

    /// <summary>Bytes of the stream before the view.</summary>
    public long Offset { get; private set; }

    /// <summary>No more bytes will come than are in view.</summary>
    public bool Ended { get; private set; }

    public ReadOnlySpan<byte> View => _buffer.AsSpan(_start, _end - _start);

    public void Advance(int bytes)
    {
        _start += bytes;
        Offset += bytes;
    }

    /// <summary>Brings more bytes into view; false when there are none or the view is as large as it may be.</summary>
    public bool Fill()
    {
        if (Ended || (_end - _start) >= Most)
        {
            return false;
        }

        MakeRoom();
        var before = _end;
        while (_end < _buffer.Length)
        {
            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
            {
                Ended = true;
                break;
            }

            _end += read;
        }

        return _end > before;
    }

    /// <summary>Forgets what is in view and goes on at an offset further on.</summary>
    public void SkipTo(long offset)
    {
        while (Offset < offset)
        {
            var step = (int)Math.Min(offset - Offset, _end - _start);
            Advance(step);
            if (Offset < offset && !Fill())
            {
                throw new UnreadableFileException("The file is shorter than it was.");
            }
        }
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            (_start, _end) = (0, _end - _start);
        }
        else if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Min(Most, _buffer.Length * 2));
        }
    }
}

/// <summary>The file as a whole cannot be read: damaged, or larger than accepted once unpacked.</summary>
public sealed class UnreadableFileException(string message, Exception? inner = null) : Exception(message, inner);
