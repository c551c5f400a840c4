using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>A place between two rows of the unpacked file, from which reading can go on.</summary>
/// <param name="Offset">Bytes before it.</param>
/// <param name="Line">Physical line that starts here, from 1.</param>
/// <param name="Number">Data row that starts here, from 1; the header is not one.</param>
public readonly record struct RowPosition(long Offset, long Line, long Number);

/// <summary>Why a row cannot be read at all.</summary>
/// <param name="Column">Name of the column at fault, where one is.</param>
/// <param name="Line">Physical line, from 1.</param>
/// <param name="Character">Character of that line, from 1.</param>
public sealed record RowFault(UserErrorCode Code, string Message, string? Column, long Line, int Character);

/// <summary>One row of a file, with the cells that the mapping asked for.</summary>
public sealed class SourceRow
{
    public required RowPosition At { get; init; }

    /// <summary>The row as it stands in the file, without its line break.</summary>
    public required byte[] Raw { get; init; }

    /// <summary>By slot of the mapping; null where the cell is empty or missing. Trimmed.</summary>
    public required string?[] Cells { get; init; }

    /// <summary>Further lines of the record in this row: items of a JSON array after the first.</summary>
    public IReadOnlyList<string?[]> MoreLines { get; init; } = [];

    public RowFault? Fault { get; init; }
}

/// <summary>The rows of a file in one format, read in order and once.</summary>
public interface IRowSource
{
    /// <summary>The header's names; empty where the format has no header.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>The header row as it stands in the file; empty where there is none.</summary>
    byte[] HeaderRaw { get; }

    /// <summary>Where the next row starts.</summary>
    RowPosition Position { get; }

    /// <summary>Which columns to deliver, in which slots. A name that is not there delivers nothing.</summary>
    void Select(IReadOnlyList<string> columns);

    /// <summary>
    /// Goes on at a place this file's reader gave before. Only forward, and before the first row is read.
    /// </summary>
    void MoveTo(RowPosition position);

    /// <summary>The next row, or null at the end. A row that cannot be read comes with its fault.</summary>
    SourceRow? Read();

    /// <summary>Physical line and character, both from 1, where a cell of the row starts.</summary>
    (long Line, int Character) Locate(SourceRow row, int slot);
}
