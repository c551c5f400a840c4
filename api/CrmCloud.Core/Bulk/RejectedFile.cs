using System.Text;
using System.Text.Json;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>
/// The refused rows as they came, each with its place and reason; mended, the file can be imported with the same
/// mapping. A table gets four more columns at its end, JSON lines a member `rejected`.
/// </summary>
/// <remarks>
/// Aligned columns become a table with commas. A row that could not be cut into fields stands in the first field, whole.
/// All rows of a refused record are here: mending one line of an order must not lose the others.
/// </remarks>
public sealed class RejectedFile : IDisposable
{
    public const string JsonMember = "rejected";

    private static readonly string[] Added = ["rejected_line", "rejected_column", "rejected_code", "rejected_message"];

    private readonly FileStream _file;
    private readonly IRowSource _source;
    private readonly Delimiter _delimiter;
    private readonly int _columns;

    /// <param name="length">What of an earlier run counts; the rest is cut off.</param>
    public RejectedFile(string path, long length, IRowSource source, Delimiter delimiter)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        _file.SetLength(Math.Min(length, _file.Length));
        _file.Seek(0, SeekOrigin.End);
        (_source, _delimiter) = (source, delimiter.IsWhitespace ? Delimiter.Parse(null) : delimiter);
        var again = source.Columns.TakeLast(Added.Length).SequenceEqual(Added);
        _columns = source.Columns.Count - (again ? Added.Length : 0);
        if (_file.Length == 0 && source.Columns.Count > 0)
        {
            Write(Join(source.Columns.Take(_columns).Concat(Added)));
        }
    }

    public void Add(RecordRows record, IReadOnlyList<RowError> errors)
    {
        foreach (var row in record.Rows)
        {
            var error = errors.FirstOrDefault(e => e.Row == row.At.Number) ?? errors[0] with
            {
                Message = $"Belongs to the record refused in line {errors[0].Line}.",
            };
            Write(_source.Columns.Count > 0 ? Table(row, error) : Json(row, error));
        }
    }

    /// <summary>Puts everything on disk.</summary>
    /// <returns>The length now.</returns>
    public long Flush()
    {
        _file.Flush(flushToDisk: true);
        return _file.Length;
    }

    public void Dispose() => _file.Dispose();

    private byte[] Table(SourceRow row, RowError error)
    {
        var splitter = new FieldSplitter(_source is CsvRows csv ? csv.Delimiter : _delimiter);
        var whole = splitter.Split(row.Raw, last: true) == SplitEnd.Row;
        var fields = new List<byte[]>();
        for (var i = 0; whole && i < splitter.Count && (i < _columns || splitter.Count != _source.Columns.Count); i++)
        {
            fields.Add(splitter.Written(i, row.Raw));
        }

        if (!whole)
        {
            fields.Add(Quoted(row.Raw));
        }

        while (fields.Count < _columns)
        {
            fields.Add([]);
        }

        fields.AddRange(Values(error).Select(v => Quoted(Encoding.UTF8.GetBytes(v))));
        return Join(fields);
    }

    private static byte[] Json(SourceRow row, RowError error)
    {
        var names = new[] { "line", "column", "code", "message" };
        var reason = JsonSerializer.Serialize(names.Zip(Values(error)).ToDictionary(p => p.First, p => p.Second));
        var text = Encoding.UTF8.GetString(row.Raw).Trim();
        var isObject = row.Fault is null or { Column: not null } && text.StartsWith('{') && text.Length > 2;
        return Encoding.UTF8.GetBytes(isObject
            ? $"{text[..^1]},\"{JsonMember}\":{reason}}}"
            : $"{{\"row\":{JsonSerializer.Serialize(text)},\"{JsonMember}\":{reason}}}");
    }

    private static string[] Values(RowError error) =>
    [
        error.Line.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Column ?? "",
        Problem.PublicName(error.Code), error.Message,
    ];

    private byte[] Join(IEnumerable<string> fields) => Join(fields.Select(f => Quoted(Encoding.UTF8.GetBytes(f))));

    private byte[] Join(IEnumerable<byte[]> fields)
    {
        using var line = new MemoryStream();
        var first = true;
        foreach (var field in fields)
        {
            line.Write(first ? [] : _delimiter.Bytes);
            line.Write(field);
            first = false;
        }

        return line.ToArray();
    }

    private byte[] Quoted(byte[] field)
    {
        var span = field.AsSpan();
        if (span.IndexOf(_delimiter.Bytes) < 0 && span.IndexOfAny("\"\r\n"u8) < 0)
        {
            return field;
        }

        using var quoted = new MemoryStream(field.Length + 8);
        quoted.WriteByte((byte)'"');
        foreach (var value in field)
        {
            quoted.WriteByte(value);
            if (value == (byte)'"')
            {
                quoted.WriteByte(value);
            }
        }

        quoted.WriteByte((byte)'"');
        return quoted.ToArray();
    }

    private void Write(byte[] line)
    {
        _file.Write(line);
        _file.WriteByte((byte)'\n');
    }
}
