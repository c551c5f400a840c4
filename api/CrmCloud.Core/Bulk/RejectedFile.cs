using System.Text;
using System.Text.Json;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>
/// The refused rows as they came, each with its place and reason; mended, the file can be imported with the same
/// mapping. A table gets four more columns at its beginning, JSON lines a member `rejected`; imports pass both over.
/// </summary>
/// <remarks>
/// After those columns stands the row as it came, so that one with an open quote or too many fields is refused for the
/// same reason until it is mended. The message is always quoted: an open quote in one row ends at the next row's
/// message, and takes nothing of it along. Aligned columns become a table with commas.
/// All rows of a refused record are here: mending one line of an order must not lose the others.
/// </remarks>
public sealed class RejectedFile : IDisposable
{
    public const string JsonMember = "rejected";

    /// <summary>The columns put before the file's own.</summary>
    public static readonly IReadOnlyList<string> Added =
        ["rejected_line", "rejected_column", "rejected_code", "rejected_message"];

    private readonly FileStream _file;
    private readonly IRowSource _source;
    private readonly Delimiter _delimiter;

    /// <param name="length">What of an earlier run counts; the rest is cut off.</param>
    public RejectedFile(string path, long length, IRowSource source, Delimiter delimiter)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        _file.SetLength(Math.Min(length, _file.Length));
        _file.Seek(0, SeekOrigin.End);
        (_source, _delimiter) = (source, delimiter.IsWhitespace ? Delimiter.Parse(null) : delimiter);
        if (_file.Length == 0 && source.Columns.Count > 0)
        {
            Write(Join(Added.Concat(source.Columns).Select(name => Quoted(Encoding.UTF8.GetBytes(name)))));
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
        var values = Values(error).Select(v => Encoding.UTF8.GetBytes(v)).ToList();
        var added = values.SkipLast(1).Select(v => Quoted(v)).Append(Quoted(values[^1], always: true));
        return Join(_source is CsvRows { Delimiter.IsWhitespace: false } table
            ? added.Append(table.OwnOf(row).ToArray())
            : added.Concat(Aligned(row).Select(f => Quoted(f))));
    }

    private static IEnumerable<byte[]> Aligned(SourceRow row)
    {
        var splitter = new FieldSplitter(Delimiter.Whitespace);
        splitter.Split(row.Raw, last: true);
        return Enumerable.Range(0, splitter.Count).Select(i => splitter.Written(i, row.Raw));
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

    private byte[] Quoted(byte[] field, bool always = false)
    {
        var span = field.AsSpan();
        if (!always && span.IndexOf(_delimiter.Bytes) < 0 && span.IndexOfAny("\"\r\n"u8) < 0)
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
