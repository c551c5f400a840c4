using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Bulk;

/// <summary>Turns the rows of a record into the input of the single-record mutation that says the same.</summary>
public sealed class RecordMapping(ImportPlan plan, IRowSource source)
{
    /// <summary>Of records whose customer is not named on any line.</summary>
    public const string NoCustomer = "no customer";

    public MappedRecord Map(RecordRows record)
    {
        var cells = new RecordCells(plan, source, record);
        if (Unreadable(record, cells))
        {
            return new(record) { Errors = cells.Errors };
        }

        var needsCustomer = plan["customer.externalId.id"] is not null;
        var customer = needsCustomer ? cells.First("customer.externalId.id") : null;
        if (needsCustomer && customer is null)
        {
            return new(record) { SkipReason = NoCustomer };
        }

        var mapped = plan.Target switch
        {
            ImportTarget.Customers => CustomerMapping.Map(cells, plan),
            ImportTarget.Transactions => TransactionMapping.Map(cells, plan),
            ImportTarget.Interactions => FactMapping.Interaction(cells, plan),
            ImportTarget.Consents => FactMapping.Consent(cells),
            _ => FactMapping.Measurement(cells),
        };
        return cells.Errors.Count > 0 ? new(record) { Errors = cells.Errors } : mapped with { Cells = cells };
    }

    private static bool Unreadable(RecordRows record, RecordCells cells)
    {
        if (record.TooLong)
        {
            cells.Add(record.First, null, UserErrorCode.OutOfRange,
                $"A record has at most {BulkLimits.RowsPerRecord} rows; this row belongs to one with more.");
        }

        foreach (var row in record.Rows)
        {
            if (row.Fault is { } fault)
            {
                cells.Errors.Add(new(row.At.Number, fault.Line, fault.Character, fault.Column, fault.Code, fault.Message));
            }
        }

        return cells.Errors.Count > 0;
    }
}

/// <summary>Parts that several targets have.</summary>
public static class CommonMapping
{
    /// <summary>Null beside an error when either half is missing.</summary>
    public static ExternalIdInput? ExternalId(RecordCells cells, string prefix = "")
    {
        var source = cells.Text($"{prefix}externalId.source", most: 60, agree: true);
        var id = cells.Text($"{prefix}externalId.id", agree: true);
        return source is null || id is null ? null : new() { Source = source, Id = id };
    }

    /// <summary>What the file says of a customer. Empty cells say nothing, so they change nothing.</summary>
    public static CustomerInput Customer(RecordCells cells, string prefix) => new()
    {
        Kind = Given(cells.Enum<CustomerKind>(prefix + "kind")),
        DisplayName = Given(cells.Text(prefix + "displayName")),
        Email = Given(cells.Text(prefix + "email", most: 254)),
        Phone = Given(cells.Text(prefix + "phone", most: 40)),
        BirthDate = Given(cells.Day(prefix + "birthDate")),
        Language = Given(cells.Text(prefix + "language", most: 35)),
        Country = Given(cells.Text(prefix + "country", most: 60)),
    };

    /// <summary>Null where the record names none, or beside an error.</summary>
    public static Currency? Currency(RecordCells cells)
    {
        var text = cells.Text("currency", agree: true)?.ToUpperInvariant();
        if (text is null)
        {
            return null;
        }

        if (Shared.Currency.TryParse(text, out var currency))
        {
            return currency;
        }

        cells.Add("currency", UserErrorCode.Invalid, "Not a currency code of ISO 4217, such as EUR.");
        return null;
    }

    public static Optional<T?> Given<T>(T? value) where T : class => value is null ? default : new(value);

    public static Optional<T?> Given<T>(T? value) where T : struct => value is null ? default : new(value);
}
