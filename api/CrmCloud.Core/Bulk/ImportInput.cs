using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Bulk;

public enum ImportTarget
{
    Customers,
    Interactions,
    Transactions,
    Consents,
    Measurements,
}

public enum BulkFormat
{
    /// <summary>One JSON object on each line, UTF-8; plain or gzip.</summary>
    Jsonl,

    /// <summary>A table with a header line, UTF-8; plain or gzip.</summary>
    Csv,
}

/// <summary>How a text is put in order before it is stored or compared.</summary>
public enum Normalization
{
    /// <summary>Only blanks around it are taken away, as from every cell.</summary>
    None,
    Lowercase,

    /// <summary>Lower case; refused when it is no address.</summary>
    Email,

    /// <summary>+ and 8 to 15 digits; 00 at the start becomes +; anything else is refused.</summary>
    PhoneE164,

    /// <summary>Runs of blanks become one.</summary>
    Name,

    /// <summary>Runs of blanks and line breaks become one blank.</summary>
    Address,
}

public sealed record BulkImportInput
{
    public required ImportTarget Target { get; init; }

    /// <summary>From `stagedUploadCreate`, after the file was sent to its address.</summary>
    [Id, MaxLength(400)]
    public required string UploadId { get; init; }

    public required BulkFormat Format { get; init; }

    /// <summary>
    /// How columns become fields. Needed for CSV; JSONL without it has the members that the single-record input of the
    /// target has.
    /// </summary>
    [MaxLength(100)]
    public IReadOnlyList<ColumnMapping>? Mapping { get; init; }

    /// <summary>CSV only; one character, `tab`, or `whitespace` for aligned columns; a comma where left out.</summary>
    [MaxLength(10)]
    public string? Delimiter { get; init; }

    /// <summary>With REJECT_ALL the whole file is checked first: one bad record, and nothing is stored.</summary>
    [DefaultValue(ErrorPolicy.SkipFailedRows)]
    public ErrorPolicy ErrorPolicy { get; init; } = ErrorPolicy.SkipFailedRows;

    /// <summary>
    /// Check every record as an import would, and store nothing. The operation says what would come of it.
    /// </summary>
    public bool DryRun { get; init; }

    /// <summary>For CUSTOMERS: what happens to fields of customers who are known already.</summary>
    [DefaultValue(UpsertConflict.NewestWins)]
    public UpsertConflict OnConflict { get; init; }
}

/// <summary>
/// How a column becomes a field: exactly one of `column`, `constant` and `rowNumberAsId`. Rows with the same value in a
/// `groupBy` column are lines of one record, wherever in the file they are.
/// </summary>
public sealed record ColumnMapping
{
    /// <summary>Name in the header; for JSONL a path such as `customer.id`.</summary>
    [MaxLength(200)]
    public string? Column { get; init; }

    [MaxLength(200)]
    public string? Constant { get; init; }

    /// <summary>
    /// Path of the target's input, such as `customer.externalId.id`, `items.unitPrice` or `attributes.tier`.
    /// </summary>
    [MaxLength(120)]
    public required string Field { get; init; }

    [DefaultValue(Normalization.None)]
    public Normalization Transform { get; init; }

    /// <summary>
    /// Of .NET: `yyyyMMdd`, `dd.MM.yyyy HH:mm`. ISO 8601 where left out, with `T` or a blank before the time.
    /// </summary>
    [MaxLength(40)]
    public string? DateFormat { get; init; }

    /// <summary>
    /// Zone of instants that name none; the tenant's where left out. An hour that happens twice is taken the first
    /// time; one that is skipped is moved on by what was skipped.
    /// </summary>
    [Scalar("TimeZone"), MaxLength(60)]
    public string? TimeZone { get; init; }

    public bool GroupBy { get; init; }

    /// <summary>
    /// The number of the data row, from 1, is the id, where the file has none. Appending to the file keeps ids.
    /// </summary>
    public bool RowNumberAsId { get; init; }

    /// <summary>On `kind` of TRANSACTIONS only: which records are refunds whatever the column says.</summary>
    public RefundRule? RefundWhen { get; init; }
}

/// <summary>
/// A record that meets one of these is a REFUND of the positive amount; the signs of its lines turn with it. Without a
/// rule a record with a negative amount is rejected.
/// </summary>
public sealed record RefundRule
{
    /// <summary>Its external id starts with this, such as the C of a cancelled invoice.</summary>
    [MaxLength(20), MinLength(1)]
    public string? IdStartsWith { get; init; }

    /// <summary>Its lines add up to less than zero.</summary>
    public bool NegativeTotal { get; init; }
}
