using System.Text;
using System.Text.Unicode;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>Rows of a table with a header line, in UTF-8. Lines without anything are passed over.</summary>
/// <remarks>
/// A row that cannot be read (bad UTF-8, an open quote, another number of fields than the header) is delivered with its
/// fault, and reading goes on at the next row; after an open quote at the next physical line. The columns that a
/// <see cref="RejectedFile"/> puts before the others are passed over.
/// </remarks>
public sealed class CsvRows : IRowSource
{
    private readonly ByteWindow _window;
    private readonly FieldSplitter _splitter;
    private int _added;
    private int[] _slots = [];
    private byte[][] _lastBytes = [];
    private string?[] _lastText = [];

    /// <exception cref="UnreadableFileException">There is no header that can be read.</exception>
    public CsvRows(Stream content, Delimiter delimiter)
    {
        (_window, _splitter, Delimiter) = (new(content), new(delimiter), delimiter);
        Position = new(0, 1, 1);
        HeaderRaw = [];
        ReadHeader();
    }

    public Delimiter Delimiter { get; }

    public IReadOnlyList<string> Columns { get; private set; } = [];

    public byte[] HeaderRaw { get; private set; }

    public RowPosition Position { get; private set; }

    public void Select(IReadOnlyList<string> columns)
    {
        _slots = [.. columns.Select(name => IndexOf(name))];
        _lastBytes = [.. columns.Select(_ => Array.Empty<byte>())];
        _lastText = new string?[columns.Count];
    }

    public void MoveTo(RowPosition position)
    {
        _window.SkipTo(position.Offset);
        Position = position;
    }

    public SourceRow? Read()
    {
        while (true)
        {
            if (_window.View.IsEmpty && !_window.Fill())
            {
                return null;
            }

            var fault = Split();
            var raw = _window.View[.._splitter.Length];
            if (fault is null && IsBlank(raw))
            {
                Consume(isRow: false);
                continue;
            }

            var row = ToRow(raw, fault);
            Consume(isRow: true);
            return row;
        }
    }

    public (long Line, int Character) Locate(SourceRow row, int slot)
    {
        var splitter = new FieldSplitter(Delimiter);
        var index = _slots[slot];
        var readable = splitter.Split(row.Raw, last: true) == SplitEnd.Row && splitter.Has(index);
        return RowText.Place(row.Raw, readable ? splitter.StartOf(index) : 0, row.At.Line);
    }

    /// <summary>The row without the columns that a rejected file added.</summary>
    public ReadOnlySpan<byte> OwnOf(SourceRow row)
    {
        var splitter = new FieldSplitter(Delimiter);
        splitter.Split(row.Raw, last: true);
        return _added > 0 && splitter.Count >= _added
            ? row.Raw.AsSpan(Math.Min(row.Raw.Length, splitter.After(_added - 1)))
            : row.Raw;
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (string.Equals(Columns[i], name, StringComparison.Ordinal))
            {
                return i + _added;
            }
        }

        return -1;
    }

    private void ReadHeader()
    {
        _window.Fill();
        if (_window.View.StartsWith("\uFEFF"u8))
        {
            _window.Advance(3);
            Position = Position with { Offset = 3 };
        }

        var header = Read() ?? throw new UnreadableFileException("The file is empty; a header line is needed.");
        if (header.Fault is { } fault)
        {
            throw new UnreadableFileException("The header cannot be read: " + fault.Message);
        }

        _splitter.Split(header.Raw, last: true);
        Columns = [.. Enumerable.Range(0, _splitter.Count).Select(i => Text(i, header.Raw) ?? "")];
        HeaderRaw = header.Raw;
        if (!Delimiter.IsWhitespace && Columns.Take(RejectedFile.Added.Count).SequenceEqual(RejectedFile.Added))
        {
            _added = RejectedFile.Added.Count;
            Columns = [.. Columns.Skip(_added)];
        }

        Position = Position with { Number = 1 };
        if (Columns.Count > BulkLimits.Columns)
        {
            throw new UnreadableFileException(
                $"The header names {Columns.Count} columns; at most {BulkLimits.Columns} are read.");
        }
    }

    /// <summary>Finds the row at the start of the view; the fault when it has no readable shape.</summary>
    private RowFault? Split()
    {
        while (true)
        {
            var last = _window.Ended;
            var end = _splitter.Split(_window.View, last);
            if (end == SplitEnd.Row && _splitter.Length <= BulkLimits.RowBytes)
            {
                return null;
            }

            if (end == SplitEnd.NeedsMore && !last && _window.View.Length <= BulkLimits.RowBytes && GrowOrEnd())
            {
                continue;
            }

            return Unsplit();
        }
    }

    private bool GrowOrEnd() => _window.Fill() || _window.Ended;

    private RowFault Unsplit()
    {
        _splitter.TakeLine(_window.View);
        // One message for an open quote and for text after a closing one: which of them it is depends on the next rows.
        const string message =
            "A quote opens a field and does not close at its end. Double the quotes inside it, "
                + "or quote the whole field.";
        return _splitter.Length > BulkLimits.RowBytes
            ? At(UserErrorCode.TooLong, $"The row is longer than {BulkLimits.RowBytes} bytes.", 0)
            : At(UserErrorCode.Invalid, message, _splitter.QuoteAt);
    }

    private RowFault At(UserErrorCode code, string message, int character) =>
        new(code, message, null, Position.Line, character + 1);

    private bool IsBlank(ReadOnlySpan<byte> raw) => raw.IsEmpty || (Delimiter.IsWhitespace && _splitter.Count == 0);

    private SourceRow ToRow(ReadOnlySpan<byte> raw, RowFault? fault)
    {
        fault ??= BadText(raw) ?? WrongCount(raw);
        var cells = new string?[_slots.Length];
        // A row with a fault still shows to which record it belongs, where that can be read.
        for (var slot = 0; slot < cells.Length; slot++)
        {
            cells[slot] = _splitter.Has(_slots[slot]) ? Cached(slot, raw) : null;
        }

        return new() { At = Position, Raw = raw.ToArray(), Cells = cells, Fault = fault };
    }

    private RowFault? WrongCount(ReadOnlySpan<byte> raw)
    {
        var count = Math.Max(0, _splitter.Count - _added);
        if (Columns.Count == 0 || (count == Columns.Count && _splitter.Count > _added))
        {
            return null;
        }

        var missing = count < Columns.Count;
        var at = missing ? raw.Length : _splitter.StartOf(Columns.Count + _added);
        var (line, character) = RowText.Place(raw, at, Position.Line);
        var column = missing ? Columns[count] : null;
        return new(UserErrorCode.Invalid,
            $"The row has {count} fields, the header {Columns.Count}.", column, line, character);
    }

    private RowFault? BadText(ReadOnlySpan<byte> raw)
    {
        if (Utf8.IsValid(raw))
        {
            return null;
        }

        for (var field = 0; field < _splitter.Count; field++)
        {
            if (!Utf8.IsValid(_splitter.BytesOf(field, raw)))
            {
                var (line, character) = RowText.Place(raw, _splitter.StartOf(field), Position.Line);
                var column = field - _added >= 0 && field - _added < Columns.Count ? Columns[field - _added] : null;
                return new(
                    UserErrorCode.Invalid, "The field is not UTF-8. Save the file as UTF-8.", column, line, character);
            }
        }

        return At(UserErrorCode.Invalid, "The row is not UTF-8. Save the file as UTF-8.", 0);
    }

    // Sorted files repeat themselves from row to row; the text made for the last row serves again.
    private string? Cached(int slot, ReadOnlySpan<byte> raw)
    {
        var bytes = _splitter.BytesOf(_slots[slot], raw);
        if (!bytes.SequenceEqual(_lastBytes[slot]))
        {
            _lastText[slot] = Text(_slots[slot], raw);
            _lastBytes[slot] = bytes.ToArray();
        }

        return _lastText[slot];
    }

    private string? Text(int field, ReadOnlySpan<byte> raw)
    {
        var text = Encoding.UTF8.GetString(_splitter.BytesOf(field, raw)).Trim();
        text = _splitter.HasDoubledQuotes(field, raw) ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
        return text.Length == 0 ? null : text;
    }

    private void Consume(bool isRow)
    {
        var taken = _splitter.Length + _splitter.BreakLength;
        var lines = _window.View[..taken].Count((byte)'\n');
        _window.Advance(taken);
        Position = new(Position.Offset + taken, Position.Line + lines, Position.Number + (isRow ? 1 : 0));
    }
}
