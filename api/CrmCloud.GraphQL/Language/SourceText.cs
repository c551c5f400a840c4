using System.Text;

namespace CrmCloud.GraphQL.Language;

/// <summary>
/// A place in a document as people count: both start at 1; the column counts UTF-16 units, as graphql-js does.
/// </summary>
public readonly record struct SourceLocation(int Line, int Column);

/// <summary>The UTF-8 bytes a node was read from. Lines are counted only when somebody asks for a location.</summary>
public sealed class SourceText
{
    private const int BytesOfMark = 1_024;

    private int[]? _lineStarts;
    private int[]? _unitMarks;

    /// <param name="utf8">Not copied; must not change while a node of the document is alive.</param>
    public SourceText(ReadOnlyMemory<byte> utf8) => Utf8 = utf8;

    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>
    /// Encodes text so that a lone surrogate survives as its three bytes and is refused by the lexer by name.
    /// </summary>
    public static SourceText FromString(string text)
    {
        var bytes = new List<byte>(text.Length + 16);
        Span<byte> buffer = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            var unit = text[i];
            if (unit < 0x80)
            {
                bytes.Add((byte)unit);
            }
            else if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                bytes.AddRange(buffer[..rune.EncodeToUtf8(buffer)]);
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                bytes.Add((byte)(0xE0 | (unit >> 12)));
                bytes.Add((byte)(0x80 | ((unit >> 6) & 0x3F)));
                bytes.Add((byte)(0x80 | (unit & 0x3F)));
            }
        }

        return new SourceText(bytes.ToArray());
    }

    /// <param name="offset">A byte offset; one past the end is the end of the document.</param>
    public SourceLocation LocationAt(int offset)
    {
        var starts = _lineStarts ??= LineStarts(Utf8.Span);
        var index = Array.BinarySearch(starts, offset);
        var line = index >= 0 ? index : ~index - 1;
        return new SourceLocation(line + 1, 1 + UnitsBefore(Math.Min(offset, Utf8.Length)) - UnitsBefore(starts[line]));
    }

    // Many errors in one long line must not each count it from its start.
    private int UnitsBefore(int offset)
    {
        var marks = _unitMarks ??= UnitMarks(Utf8.Span);
        var mark = offset / BytesOfMark;
        return marks[mark] + Utf16Length(Utf8.Span[(mark * BytesOfMark)..offset]);
    }

    private static int[] UnitMarks(ReadOnlySpan<byte> body)
    {
        var marks = new int[(body.Length / BytesOfMark) + 1];
        for (var i = 1; i < marks.Length; i++)
        {
            marks[i] = marks[i - 1] + Utf16Length(body.Slice((i - 1) * BytesOfMark, BytesOfMark));
        }

        return marks;
    }

    private static int[] LineStarts(ReadOnlySpan<byte> body)
    {
        var starts = new List<int> { 0 };
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] == '\n' || (body[i] == '\r' && (i + 1 == body.Length || body[i + 1] != '\n')))
            {
                starts.Add(i + 1);
            }
        }

        return [.. starts];
    }

    // Every byte that starts a character is one unit, except that a four-byte character is a surrogate pair.
    private static int Utf16Length(ReadOnlySpan<byte> utf8)
    {
        var units = 0;
        foreach (var b in utf8)
        {
            units += (b & 0xC0) == 0x80 ? 0 : b >= 0xF0 ? 2 : 1;
        }

        return units;
    }
}

/// <summary>The bytes of one node, and its place when asked.</summary>
/// <param name="Source">Null for a node made by hand.</param>
/// <param name="Start">Byte offset of the first token.</param>
/// <param name="End">Byte offset after the last token.</param>
public readonly record struct SourceSpan(SourceText? Source, int Start, int End)
{
    /// <summary>Line and column of the first byte; null for a node made by hand.</summary>
    public SourceLocation? Location => Source?.LocationAt(Start);
}
