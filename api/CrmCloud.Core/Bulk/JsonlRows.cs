using System.Text.Json;
using System.Text.Unicode;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>One JSON object on each line. Columns are paths such as <c>customer.externalId.id</c>.</summary>
/// <remarks>
/// Where a path meets an array of objects (items of an order), each element is a line of the record. A path that ends
/// at an object with `amount` (money) means that amount; one that ends at any other object or array means its JSON
/// text.
/// </remarks>
public sealed class JsonlRows : IRowSource
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32 };

    private readonly ByteWindow _window;
    private readonly Func<string, bool>? _isKnown;
    private string[][] _paths = [];
    private IReadOnlyList<string> _names = [];

    /// <param name="isKnown">
    /// Whether a member may stand at a path. A row with any other member is at fault: what nobody reads must not look
    /// imported. Null where a mapping says what is read.
    /// </param>
    public JsonlRows(Stream content, Func<string, bool>? isKnown)
    {
        (_window, _isKnown) = (new(content), isKnown);
        Position = new(0, 1, 1);
        _window.Fill();
        if (_window.View.StartsWith("\uFEFF"u8))
        {
            _window.Advance(3);
            Position = Position with { Offset = 3 };
        }
    }

    public IReadOnlyList<string> Columns => [];

    public byte[] HeaderRaw => [];

    public RowPosition Position { get; private set; }

    public void Select(IReadOnlyList<string> columns)
    {
        _names = columns;
        _paths = [.. columns.Select(c => c.Split('.'))];
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

            var (length, taken) = FindLine();
            var line = _window.View[..length];
            var blank = line.IndexOfAnyExcept(" \t\r"u8) < 0;
            var row = blank ? null : ToRow(line.ToArray());
            _window.Advance(taken);
            Position = new(Position.Offset + taken, Position.Line + 1, Position.Number + (blank ? 0 : 1));
            if (row is not null)
            {
                return row;
            }
        }
    }

    public (long Line, int Character) Locate(SourceRow row, int slot)
    {
        // The last member's name is the best place a person can look at; exact offsets are not kept while reading.
        var name = System.Text.Encoding.UTF8.GetBytes($"\"{_paths[slot][^1]}\"");
        return RowText.Place(row.Raw, Math.Max(0, row.Raw.AsSpan().IndexOf(name)), row.At.Line);
    }

    private (int Length, int Taken) FindLine()
    {
        while (true)
        {
            var end = _window.View.IndexOf((byte)'\n');
            if (end >= 0)
            {
                return (end > 0 && _window.View[end - 1] == (byte)'\r' ? end - 1 : end, end + 1);
            }

            if (_window.Ended || _window.View.Length > BulkLimits.RowBytes || (!_window.Fill() && !_window.Ended))
            {
                return (_window.View.Length, _window.View.Length);
            }
        }
    }

    private SourceRow ToRow(byte[] raw)
    {
        if (raw.Length > BulkLimits.RowBytes)
        {
            return Faulty(raw, UserErrorCode.TooLong, $"The row is longer than {BulkLimits.RowBytes} bytes.", 0);
        }

        if (!Utf8.IsValid(raw))
        {
            return Faulty(raw, UserErrorCode.Invalid, "The row is not UTF-8. Save the file as UTF-8.", 0);
        }

        try
        {
            using var document = JsonDocument.Parse(raw, Strict);
            return ToRow(raw, document.RootElement);
        }
        catch (JsonException broken)
        {
            return Faulty(
                raw, UserErrorCode.Invalid, "The row is not one JSON object.", (int)(broken.BytePositionInLine ?? 0));
        }
    }

    private SourceRow ToRow(byte[] raw, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return Faulty(raw, UserErrorCode.Invalid, "The row is not one JSON object.", 0);
        }

        if (_isKnown is not null && FindUnknown(root, "") is { } unknown)
        {
            return Faulty(raw, UserErrorCode.Invalid, $"'{unknown}' is not a field of this import.", 0);
        }

        var count = Math.Max(1, _paths.Select(path => CountOf(root, path)).DefaultIfEmpty(1).Max());
        if (count > BulkLimits.RowsPerRecord)
        {
            return Faulty(raw, UserErrorCode.OutOfRange, $"A record has at most {BulkLimits.RowsPerRecord} lines.", 0);
        }

        var lines = new List<string?[]>(count);
        for (var i = 0; i < count; i++)
        {
            lines.Add([.. _paths.Select(path => Read(root, path, i))]);
        }

        return new() { At = Position, Raw = raw, Cells = lines[0], MoreLines = [.. lines.Skip(1)] };
    }

    private SourceRow Faulty(byte[] raw, UserErrorCode code, string message, int at)
    {
        var (line, character) = RowText.Place(raw, Math.Min(at, raw.Length), Position.Line);
        return new()
        {
            At = Position,
            Raw = raw,
            Cells = new string?[_names.Count],
            Fault = new(code, message, null, line, character),
        };
    }

    private string? FindUnknown(JsonElement element, string path)
    {
        foreach (var member in element.EnumerateObject())
        {
            var here = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (!_isKnown!(here))
            {
                return here;
            }

            var inside = member.Value.ValueKind switch
            {
                JsonValueKind.Object => FindUnknown(member.Value, here),
                JsonValueKind.Array => member.Value.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object)
                    .Select(e => FindUnknown(e, here)).FirstOrDefault(found => found is not null),
                _ => null,
            };
            if (inside is not null)
            {
                return inside;
            }
        }

        return null;
    }

    private static int CountOf(JsonElement root, string[] path)
    {
        var element = root;
        foreach (var name in path)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                return element.GetArrayLength();
            }

            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return 1;
            }
        }

        return 1;
    }

    private static string? Read(JsonElement root, string[] path, int line)
    {
        var element = root;
        foreach (var name in path)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                if (line >= element.GetArrayLength())
                {
                    return null;
                }

                element = element[line];
            }

            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return Text(element);
    }

    private static string? Text(JsonElement element)
    {
        var text = element.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => element.GetString()!.Trim(),
            JsonValueKind.Object when element.TryGetProperty("amount", out var amount) => Text(amount),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => element.GetRawText(),
        };
        return text is { Length: > 0 } ? text : null;
    }
}
