using System.Text;

namespace CrmCloud.Core.Bulk;

/// <summary>How the fields of a row are kept apart.</summary>
public sealed record Delimiter
{
    /// <summary>
    /// Fields aligned by blanks and tabs; blanks at the start of a line mean nothing, quotes are plain characters.
    /// </summary>
    public static Delimiter Whitespace { get; } = new([]);

    private Delimiter(byte[] bytes) => Bytes = bytes;

    /// <summary>UTF-8 of the character; empty for aligned columns.</summary>
    public byte[] Bytes { get; }

    public bool IsWhitespace => Bytes.Length == 0;

    /// <summary>One character, `\t` or `tab`, or `whitespace`; null means a comma. False for anything else.</summary>
    public static bool TryParse(string? text, out Delimiter delimiter)
    {
        delimiter = text switch
        {
            null => Of(","),
            "whitespace" => Whitespace,
            "tab" or "\\t" => Of("\t"),
            _ => Of(text),
        };
        return text is null or "whitespace" or "tab" or "\\t"
            || (text.EnumerateRunes().Count() == 1 && text is not ("\"" or "\n" or "\r" or " "));
    }

    /// <exception cref="FormatException">Not a delimiter; the mapping was not checked.</exception>
    public static Delimiter Parse(string? text) =>
        TryParse(text, out var delimiter) ? delimiter : throw new FormatException("Not a delimiter.");

    private static Delimiter Of(string text) => new(Encoding.UTF8.GetBytes(text));
}

public enum SplitEnd
{
    /// <summary>The row is complete.</summary>
    Row,

    /// <summary>More bytes are needed to know.</summary>
    NeedsMore,

    /// <summary>A quoted field is followed by something else than a delimiter.</summary>
    TextAfterQuote,
}

/// <summary>
/// Cuts a row into fields. Quotes double inside quotes, as RFC 4180 has it; a quote inside a plain field is plain.
/// </summary>
public sealed class FieldSplitter(Delimiter delimiter)
{
    private const byte Quote = (byte)'"';
    private const byte NewLine = (byte)'\n';

    private int[] _starts = new int[32];
    private int[] _lengths = new int[32];
    private bool[] _quoted = new bool[32];

    public int Count { get; private set; }

    /// <summary>Bytes of the row, without its line break.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the line break after it: 0 at the end of the file, 1 or 2.</summary>
    public int BreakLength { get; private set; }

    /// <summary>Where the quote stands that opened the last quoted field, also of one that could not be read.</summary>
    public int QuoteAt { get; private set; }

    /// <summary>Where the field after this one begins.</summary>
    public int After(int field) => _starts[field] + _lengths[field] + (_quoted[field] ? 1 : 0) + delimiter.Bytes.Length;

    /// <summary>Whether the field lies in the row; of a row that could not be split only the first fields do.</summary>
    public bool Has(int field) => field >= 0 && field < Count && _starts[field] + _lengths[field] <= Length;

    public int StartOf(int field) => _starts[field];

    /// <summary>A field's bytes, without surrounding quotes but with doubled ones still double.</summary>
    public ReadOnlySpan<byte> BytesOf(int field, ReadOnlySpan<byte> row) => row.Slice(_starts[field], _lengths[field]);

    /// <summary>A field's bytes as they stand in the file, quotes included.</summary>
    public byte[] Written(int field, ReadOnlySpan<byte> row) => _quoted[field]
        ? row.Slice(_starts[field] - 1, _lengths[field] + 2).ToArray()
        : BytesOf(field, row).ToArray();

    public bool HasDoubledQuotes(int field, ReadOnlySpan<byte> row) =>
        _quoted[field] && BytesOf(field, row).Contains(Quote);

    /// <param name="view">Starts with the row; may hold more.</param>
    /// <param name="last">Nothing follows the view.</param>
    public SplitEnd Split(ReadOnlySpan<byte> view, bool last)
    {
        Count = 0;
        var end = view.IndexOf(NewLine);
        if (end < 0 && !last)
        {
            return SplitEnd.NeedsMore;
        }

        SetEnd(view, end < 0 ? view.Length : end, end >= 0);
        var line = view[..Length];
        if (delimiter.IsWhitespace)
        {
            SplitAligned(line);
            return SplitEnd.Row;
        }

        if (line.Contains(Quote))
        {
            return SplitQuoted(view, last);
        }

        SplitPlain(line);
        return SplitEnd.Row;
    }

    /// <summary>Takes the first physical line as the row, for a row that cannot be split.</summary>
    public void TakeLine(ReadOnlySpan<byte> view)
    {
        var end = view.IndexOf(NewLine);
        SetEnd(view, end < 0 ? view.Length : end, end >= 0);
    }

    private void SetEnd(ReadOnlySpan<byte> view, int end, bool broken)
    {
        var withReturn = end > 0 && view[end - 1] == (byte)'\r' && broken;
        (Length, BreakLength) = (withReturn ? end - 1 : end, (broken ? 1 : 0) + (withReturn ? 1 : 0));
    }

    private void SplitPlain(ReadOnlySpan<byte> line)
    {
        var at = 0;
        while (true)
        {
            var length = line[at..].IndexOf(delimiter.Bytes);
            Add(at, length < 0 ? line.Length - at : length, quoted: false);
            if (length < 0)
            {
                return;
            }

            at += length + delimiter.Bytes.Length;
        }
    }

    private void SplitAligned(ReadOnlySpan<byte> line)
    {
        var at = 0;
        while (true)
        {
            var start = line[at..].IndexOfAnyExcept((byte)' ', (byte)'\t');
            if (start < 0)
            {
                return;
            }

            at += start;
            var length = line[at..].IndexOfAny((byte)' ', (byte)'\t');
            Add(at, length < 0 ? line.Length - at : length, quoted: false);
            if (length < 0)
            {
                return;
            }

            at += length;
        }
    }

    private SplitEnd SplitQuoted(ReadOnlySpan<byte> view, bool last)
    {
        var at = 0;
        while (true)
        {
            var field = at < view.Length && view[at] == Quote
                ? QuotedField(view, at, last)
                : PlainField(view, at, last);
            if (field.Next < 0)
            {
                return field.End;
            }

            if (field.End == SplitEnd.Row)
            {
                SetEnd(view, field.Next, field.Next < view.Length);
                TrimReturn();
                return SplitEnd.Row;
            }

            at = field.Next;
        }
    }

    /// <summary>
    /// End Row: the row ends before Next. End NeedsMore with Next at least 0: another field starts at Next.
    /// </summary>
    private (SplitEnd End, int Next) PlainField(ReadOnlySpan<byte> view, int at, bool last)
    {
        var rest = view[at..];
        var line = rest.IndexOf(NewLine);
        var cut = (line < 0 ? rest : rest[..line]).IndexOf(delimiter.Bytes);
        if (cut >= 0)
        {
            Add(at, cut, quoted: false);
            return (SplitEnd.NeedsMore, at + cut + delimiter.Bytes.Length);
        }

        if (line < 0 && !last)
        {
            return (SplitEnd.NeedsMore, -1);
        }

        var length = line < 0 ? rest.Length : line;
        Add(at, length, quoted: false);
        return (SplitEnd.Row, at + length);
    }

    private (SplitEnd End, int Next) QuotedField(ReadOnlySpan<byte> view, int at, bool last)
    {
        var close = at + 1;
        QuoteAt = at;
        while (true)
        {
            var step = view[close..].IndexOf(Quote);
            // One byte after the quote must be known, to tell a closing quote from a doubled one.
            if (step < 0 || (close + step + 1 >= view.Length && !last))
            {
                return (SplitEnd.NeedsMore, -1);
            }

            close += step;
            if (close + 1 >= view.Length || view[close + 1] != Quote)
            {
                break;
            }

            close += 2;
        }

        Add(at + 1, close - at - 1, quoted: true);
        return AfterQuote(view, close + 1, last);
    }

    private (SplitEnd End, int Next) AfterQuote(ReadOnlySpan<byte> view, int at, bool last)
    {
        var rest = view[at..];
        if (rest.StartsWith(delimiter.Bytes))
        {
            return (SplitEnd.NeedsMore, at + delimiter.Bytes.Length);
        }

        if (rest.Length == 0 || rest[0] == NewLine || rest.StartsWith("\r\n"u8))
        {
            return (SplitEnd.Row, rest.StartsWith("\r\n"u8) ? at + 1 : at);
        }

        return rest.Length < 2 && !last ? (SplitEnd.NeedsMore, -1) : (SplitEnd.TextAfterQuote, -1);
    }

    private void TrimReturn()
    {
        // A plain last field was measured to the line feed; the carriage return belongs to the line break.
        var field = Count - 1;
        var end = _starts[field] + _lengths[field];
        if (!_quoted[field] && end > Length)
        {
            _lengths[field] = Length - _starts[field];
        }
    }

    private void Add(int start, int length, bool quoted)
    {
        if (Count == _starts.Length)
        {
            Array.Resize(ref _starts, Count * 2);
            Array.Resize(ref _lengths, Count * 2);
            Array.Resize(ref _quoted, Count * 2);
        }

        (_starts[Count], _lengths[Count], _quoted[Count]) = (start, length, quoted);
        Count++;
    }
}
