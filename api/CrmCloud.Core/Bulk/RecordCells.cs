using System.Globalization;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>Reads typed values out of one record and notes what is wrong with them.</summary>
/// <remarks>
/// A field that a record has once takes the first value that is not empty among its lines. Where lines must agree, a
/// different value further down is an error: the rows do not belong together.
/// </remarks>
public sealed class RecordCells(ImportPlan plan, IRowSource source, RecordRows record)
{
    /// <summary>Under this name a record stands in the paths of problems.</summary>
    public const string Root = "row";

    private const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    private List<RowError>? _errors;

    public List<RowError> Errors => _errors ??= [];

    public bool HasErrors => _errors is { Count: > 0 };

    public ImportPlan Plan => plan;

    public RecordRows Record => record;

    /// <summary>The first text of a field that is not empty; never an error.</summary>
    public string? First(string path) => plan[path] is { } field ? First(field).Text : null;

    /// <summary>The text of a field; null and, if required, an error where every line is empty.</summary>
    public string? Text(string path, int most = 200, bool agree = false)
    {
        if (plan[path] is not { } field)
        {
            return null;
        }

        var (row, text) = First(field);
        if (text is null)
        {
            return field.Field.Required ? Missing(field) : null;
        }

        if (agree && record.Rows.Count > 1)
        {
            CheckAgreement(field, row, text);
        }

        return Checked(field, row, text, most);
    }

    public static bool IsEmpty(FieldSource field, SourceRow row, string?[] cells) => Value(field, row, cells) is null;

    /// <summary>The text of a field on one line.</summary>
    public string? LineText(FieldSource? field, SourceRow row, string?[] cells, int most = 100) =>
        field is null || Value(field, row, cells) is not { } text ? null : Checked(field, row, text, most);

    public decimal? LineDecimal(FieldSource? field, SourceRow row, string?[] cells) =>
        field is null || Value(field, row, cells) is not { } text ? null : ToDecimal(field, row, text);

    public decimal? Decimal(string path) =>
        Found(path, agree: true) is var (field, row, text) ? ToDecimal(field, row, text) : null;

    /// <summary>The earliest of the lines' instants.</summary>
    public DateTimeOffset? Instant(string path)
    {
        if (plan[path] is not { } field)
        {
            return null;
        }

        DateTimeOffset? earliest = null;
        var empty = true;
        foreach (var (row, cells) in record.Lines)
        {
            if (Value(field, row, cells) is not { } text)
            {
                continue;
            }

            empty = false;
            var instant = field.Dates!.Instant(text);
            if (instant is null)
            {
                Add(row, field, UserErrorCode.Invalid, $"'{Shown(text)}' is no instant like {field.Dates.Example}.");
            }
            else if (earliest is null || instant < earliest)
            {
                earliest = instant;
            }
        }

        _ = empty && field.Field.Required ? Missing(field) : null;
        return earliest;
    }

    public DateOnly? Day(string path)
    {
        if (Found(path, agree: false) is not var (field, row, text))
        {
            return null;
        }

        var day = field.Dates!.Day(text);
        if (day is null)
        {
            Add(row, field, UserErrorCode.Invalid, $"'{Shown(text)}' is no day like {field.Dates.Example}.");
        }

        return day;
    }

    public T? Enum<T>(string path) where T : struct, Enum
    {
        if (Found(path, agree: true) is not var (field, row, text))
        {
            return null;
        }

        if (EnumText<T>.Read(text) is { } value)
        {
            return value;
        }

        Add(row, field, UserErrorCode.Invalid, $"'{Shown(text)}' is none of {EnumText<T>.Names}.");
        return null;
    }

    public int? Whole(string path, int least, int most)
    {
        if (Found(path, agree: false) is not var (field, row, text))
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= least
            && value <= most)
        {
            return value;
        }

        Add(row, field, UserErrorCode.OutOfRange, $"'{Shown(text)}' is no whole number from {least} to {most}.");
        return null;
    }

    /// <summary>An error at the first row that has the field, or at the record.</summary>
    public void Add(string path, UserErrorCode code, string message)
    {
        var field = plan[path];
        Add(field is null ? record.First : First(field).Row, field, code, message);
    }

    public void Add(SourceRow row, FieldSource? field, UserErrorCode code, string message)
    {
        var hasPlace = field is { Slot: >= 0 };
        var (line, character) = hasPlace ? source.Locate(row, field!.Slot) : (row.At.Line, 0);
        Errors.Add(new(row.At.Number, line, character, hasPlace ? plan.Columns[field!.Slot] : null, code, message));
    }

    /// <summary>The place of a problem that a decision found; its path starts with <see cref="Root"/>.</summary>
    public RowError ErrorOf(Problem problem)
    {
        var steps = (problem.At ?? "").Split('.').Skip(1).ToList();
        var line = steps.Where(s => int.TryParse(s, out _))
            .Select(s => int.Parse(s, CultureInfo.InvariantCulture))
            .FirstOrDefault();
        steps.RemoveAll(s => int.TryParse(s, out _));
        if (steps.Count > 1 && steps[^1] == "currency")
        {
            // Money has its currency inside; a file has one for the record.
            steps = ["currency"];
        }

        while (steps.Count > 0 && plan[string.Join('.', steps)] is null)
        {
            steps.RemoveAt(steps.Count - 1);
        }

        var field = plan[string.Join('.', steps)];
        var row = field is { Field.PerLine: true }
            ? record.Lines.ElementAtOrDefault(line).Row ?? record.First
            : record.First;
        var hasPlace = field is { Slot: >= 0 };
        var (at, character) = hasPlace ? source.Locate(row, field!.Slot) : (row.At.Line, 0);
        return new(
            row.At.Number, at, character, hasPlace ? plan.Columns[field!.Slot] : null, problem.Code, problem.Message);
    }

    private (FieldSource Field, SourceRow Row, string Text)? Found(string path, bool agree)
    {
        if (plan[path] is not { } field)
        {
            return null;
        }

        var (row, text) = First(field);
        if (text is null)
        {
            _ = field.Field.Required ? Missing(field) : null;
            return null;
        }

        if (agree && record.Rows.Count > 1)
        {
            CheckAgreement(field, row, text);
        }

        return (field, row, text);
    }

    private (SourceRow Row, string? Text) First(FieldSource field)
    {
        // Without the iterator for what nearly every record has: the value in its first line.
        if (Value(field, record.First, record.First.Cells) is { } first)
        {
            return (record.First, first);
        }

        foreach (var (row, cells) in record.Lines)
        {
            if (Value(field, row, cells) is { } text)
            {
                return (row, text);
            }
        }

        return (record.First, null);
    }

    private static string? Value(FieldSource field, SourceRow row, string?[] cells) =>
        field.Slot >= 0 ? cells[field.Slot]
        : field.Constant ?? row.At.Number.ToString(CultureInfo.InvariantCulture);

    private void CheckAgreement(FieldSource field, SourceRow first, string text)
    {
        if (field.Slot < 0)
        {
            return;
        }

        foreach (var row in record.Rows)
        {
            // Equal neighbours are mostly the same object; see CsvRows.
            var other = row.Cells[field.Slot];
            if (!ReferenceEquals(other, text) && other is not null && other != text)
            {
                Add(row, field, UserErrorCode.Conflict,
                    $"'{Shown(other)}' differs from '{Shown(text)}' in line {first.At.Line}, "
                        + "which is of the same record.");
                return;
            }
        }
    }

    private string? Checked(FieldSource field, SourceRow row, string text, int most)
    {
        var normal = field.Transform == Normalization.None ? text : Normalize.Apply(field.Transform, text);
        if (normal is null)
        {
            Add(
                row, field, UserErrorCode.Invalid,
                $"'{Shown(text)}' is not like {Normalize.Accepts(field.Transform)}.");
        }
        else if (normal.Length > most)
        {
            Add(row, field, UserErrorCode.TooLong, $"{normal.Length} characters; at most {most} are accepted.");
        }
        else if (normal.AsSpan().IndexOfAnyInRange('\0', '\x08') >= 0
            || normal.AsSpan().IndexOfAnyInRange('\x0e', '\x1f') >= 0)
        {
            Add(row, field, UserErrorCode.Invalid, "Control characters are not accepted.");
        }
        else
        {
            return normal;
        }

        return null;
    }

    private decimal? ToDecimal(FieldSource field, SourceRow row, string text)
    {
        if (decimal.TryParse(text, Number, CultureInfo.InvariantCulture, out var value)
            && Math.Abs(value) <= 1_000_000_000_000_000m)
        {
            return value;
        }

        Add(row, field, UserErrorCode.Invalid, $"'{Shown(text)}' is no number like 1234.50.");
        return null;
    }

    private string? Missing(FieldSource field)
    {
        Add(record.First, field, UserErrorCode.Required, "The field is empty.");
        return null;
    }

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "...";
}

/// <summary>Enum values as the API spells them; case and underscores do not matter.</summary>
public static class EnumText<T> where T : struct, Enum
{
    private static readonly Dictionary<string, T> ByName =
        Enum.GetValues<T>().ToDictionary(v => v.ToString(), v => v, StringComparer.OrdinalIgnoreCase);

    /// <summary>All values, for messages.</summary>
    public static string Names { get; } =
        string.Join(", ", Enum.GetValues<T>().Select(v => Problem.PublicName(v)));

    public static T? Read(string text) =>
        ByName.TryGetValue(text, out var exact) ? exact
        : ByName.TryGetValue(text.Replace("_", "", StringComparison.Ordinal).Trim(), out var value) ? value : null;
}
