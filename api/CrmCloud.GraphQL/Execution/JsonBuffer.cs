using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CrmCloud.GraphQL.Execution;

/// <summary>Builds a JSON answer as UTF-8 bytes in one pooled block, and can go back to an earlier position.</summary>
/// <remarks>
/// Utf8JsonWriter cannot go back, which null propagation needs. Nothing here checks that the JSON is well formed: a
/// caller writes exactly one value. Not for use by several threads at once.
/// </remarks>
public sealed class JsonBuffer : IDisposable
{
    private static readonly SearchValues<char> NeedsEscape =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (char)code), '"', '\\']);

    private const int ShortText = 32;

    private readonly int _limitBytes;
    private byte[] _bytes;

    /// <param name="limitBytes">More than this is a <see cref="ResponseTooLargeException"/>.</param>
    public JsonBuffer(int initialBytes = 4096, int limitBytes = 1 << 28)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(initialBytes);
        _limitBytes = limitBytes;
    }

    /// <summary>Bytes written so far. Setting it back forgets what was written after it.</summary>
    public int Position { get; internal set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Position);

    public void WriteNull() => WriteRaw("null"u8);

    public void WriteBoolean(bool value) => WriteRaw(value ? "true"u8 : "false"u8);

    public void WriteNumber(int value)
    {
        Reserve(11);
        Utf8Formatter.TryFormat(value, _bytes.AsSpan(Position), out var written);
        Position += written;
    }

    public void WriteNumber(long value)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(value, _bytes.AsSpan(Position), out var written);
        Position += written;
    }

    /// <param name="value">Finite; NaN and infinities have no JSON.</param>
    public void WriteNumber(double value)
    {
        Reserve(32);
        if (Math.Abs(value) < 1e11)
        {
            // With at most 15 digits the decimal that divides back to the value is the shortest one, and found much
            // faster.
            var thousandths = (long)Math.Round(value * 1000);
            if (thousandths / 1000.0 == value)
            {
                WriteThousandths(thousandths);
                return;
            }
        }

        value.TryFormat(_bytes.AsSpan(Position), out var written, default, CultureInfo.InvariantCulture);
        Position += written;
    }

    public void WriteNumber(decimal value)
    {
        Reserve(32);
        value.TryFormat(_bytes.AsSpan(Position), out var written, default, CultureInfo.InvariantCulture);
        Position += written;
    }

    /// <summary>A value's own format as a JSON string; for formats without quotes, backslashes and controls.</summary>
    public void WriteString<T>(T value, ReadOnlySpan<char> format)
        where T : IUtf8SpanFormattable
    {
        Reserve(130);
        _bytes[Position] = (byte)'"';
        if (!value.TryFormat(_bytes.AsSpan(Position + 1, 128), out var written, format, CultureInfo.InvariantCulture))
        {
            throw new ArgumentException("The text of the value is longer than 128 bytes.", nameof(format));
        }

        _bytes[Position + 1 + written] = (byte)'"';
        Position += written + 2;
    }

    /// <summary>A JSON string. A lone surrogate is written as U+FFFD.</summary>
    public void WriteString(ReadOnlySpan<char> value)
    {
        Reserve(checked((value.Length * 3) + 2));
        if (value.Length <= ShortText && TryWriteShort(value))
        {
            return;
        }

        _bytes[Position++] = (byte)'"';
        while (true)
        {
            var plain = value.IndexOfAny(NeedsEscape);
            if (plain < 0)
            {
                Position += Encoding.UTF8.GetBytes(value, _bytes.AsSpan(Position));
                break;
            }

            Position += Encoding.UTF8.GetBytes(value[..plain], _bytes.AsSpan(Position));
            WriteEscaped(value[plain]);
            value = value[(plain + 1)..];
            Reserve(checked((value.Length * 3) + 1));
        }

        _bytes[Position++] = (byte)'"';
    }

    public void WriteValue(JsonElement value) => WriteRaw(JsonRaw.Compact(value));

    /// <summary>Bytes that are JSON already.</summary>
    public void WriteRaw(ReadOnlySpan<byte> json)
    {
        Reserve(json.Length);
        json.CopyTo(_bytes.AsSpan(Position));
        Position += json.Length;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Position = 0;
    }

    internal void WriteByte(byte value)
    {
        Reserve(1);
        _bytes[Position++] = value;
    }

    // Most texts are short and plain. For them one pass is faster than a search and an encoder, which are made for long
    // ones. False leaves the position as it was.
    private bool TryWriteShort(ReadOnlySpan<char> value)
    {
        var target = _bytes.AsSpan(Position, value.Length + 2);
        for (var i = 0; i < value.Length; i++)
        {
            var letter = value[i];
            if (letter is < ' ' or >= '\x7f' or '"' or '\\')
            {
                return false;
            }

            target[i + 1] = (byte)letter;
        }

        target[0] = (byte)'"';
        target[^1] = (byte)'"';
        Position += target.Length;
        return true;
    }

    private void WriteThousandths(long thousandths)
    {
        if (thousandths < 0)
        {
            _bytes[Position++] = (byte)'-';
        }

        var (whole, rest) = Math.DivRem(Math.Abs(thousandths), 1000);
        Utf8Formatter.TryFormat(whole, _bytes.AsSpan(Position), out var written);
        Position += written;
        if (rest > 0)
        {
            _bytes[Position++] = (byte)'.';
        }

        for (; rest > 0; rest = rest % 100 * 10)
        {
            _bytes[Position++] = (byte)('0' + (rest / 100));
        }
    }

    private void WriteEscaped(char value)
    {
        Reserve(6);
        ReadOnlySpan<byte> escaped = value switch
        {
            '"' => "\\\""u8,
            '\\' => "\\\\"u8,
            '\n' => "\\n"u8,
            '\r' => "\\r"u8,
            '\t' => "\\t"u8,
            '\b' => "\\b"u8,
            '\f' => "\\f"u8,
            _ => default,
        };
        if (!escaped.IsEmpty)
        {
            WriteRaw(escaped);
            return;
        }

        WriteRaw("\\u00"u8);
        ((int)value).TryFormat(_bytes.AsSpan(Position), out var written, "x2", CultureInfo.InvariantCulture);
        Position += written;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - Position < count)
        {
            Grow(count);
        }
    }

    private void Grow(int count)
    {
        if ((long)Position + count > _limitBytes)
        {
            throw new ResponseTooLargeException(_limitBytes);
        }

        var larger =
            ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(2L * Position, (long)Position + count), _limitBytes));
        _bytes.AsSpan(0, Position).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}

/// <summary>The answer is larger than the server is willing to send.</summary>
public sealed class ResponseTooLargeException(int limitBytes)
    : Exception($"The response is larger than {limitBytes} bytes. Ask for fewer fields or smaller pages.");
