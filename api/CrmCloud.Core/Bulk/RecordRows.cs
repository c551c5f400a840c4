using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>The rows of one record, and what is known of them before their meaning is looked at.</summary>
/// <param name="Rows">At least one, in the order of the file.</param>
/// <param name="Counts">1; 0 for further rows of a record that is refused row by row because it is too long.</param>
public sealed record RecordRows(IReadOnlyList<SourceRow> Rows, int Counts = 1)
{
    public SourceRow First => Rows[0];

    /// <summary>Set where the record has more lines than one may have; then it holds one row of many.</summary>
    public bool TooLong { get; init; }

    /// <summary>The lines with the row each stands in.</summary>
    public IEnumerable<(SourceRow Row, string?[] Cells)> Lines
    {
        get
        {
            foreach (var row in Rows)
            {
                yield return (row, row.Cells);
                foreach (var cells in row.MoreLines)
                {
                    yield return (row, cells);
                }
            }
        }
    }
}

/// <summary>One thing wrong with a record, and where.</summary>
/// <param name="Row">Number of the data row, from 1.</param>
/// <param name="Line">Physical line of the file, from 1.</param>
/// <param name="Character">Character of that line, from 1; 0 where the whole row is meant.</param>
/// <param name="Column">Name in the header or path in the object; null where no one column is at fault.</param>
public sealed record RowError(long Row, long Line, int Character, string? Column, UserErrorCode Code, string Message);

/// <summary>What a record of the file means.</summary>
public sealed record MappedRecord(RecordRows Rows)
{
    /// <summary>The input of the single-record mutation that says the same; null when refused or passed over.</summary>
    public object? Input { get; init; }

    /// <summary>
    /// For facts: the customer as far as the file describes him, for the case that he is not known yet.
    /// </summary>
    public Customers.CustomerInput? NewCustomer { get; init; }

    public IReadOnlyList<RowError> Errors { get; init; } = [];

    /// <summary>Why it is passed over; null when it is not.</summary>
    public string? SkipReason { get; init; }
}
