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
        return cells.HasErrors ? new(record) { Errors = cells.Errors } : mapped;
    }

    /// <summary>The place of a problem that a decision found later.</summary>
    public RowError ErrorOf(RecordRows record, Problem problem) =>
        new RecordCells(plan, source, record).ErrorOf(problem);

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
                cells.Errors.Add(
                    new(row.At.Number, fault.Line, fault.Character, fault.Column, fault.Code, fault.Message));
            }
        }

        return cells.HasErrors;
    }
}

/// <summary>Parts that several targets have.</summary>
public static class CommonMapping
{
    private static readonly CustomerInput Undescribed = new();

    /// <summary>Null beside an error when either half is missing.</summary>
    public static ExternalIdInput? ExternalId(RecordCells cells) =>
        ExternalId(cells.Text("externalId.source", most: 60, agree: true), cells.Text("externalId.id", agree: true));

    /// <inheritdoc cref="ExternalId(RecordCells)"/>
    public static ExternalIdInput? CustomerId(RecordCells cells) => ExternalId(
        cells.Text("customer.externalId.source", most: 60, agree: true),
        cells.Text("customer.externalId.id", agree: true));

    /// <summary>What the file says of a customer. Empty cells say nothing, so they change nothing.</summary>
    public static CustomerInput Customer(RecordCells cells) => new()
    {
        Kind = Given(cells.Enum<CustomerKind>("kind")),
        DisplayName = Given(cells.Text("displayName")),
        Email = Given(cells.Text("email", most: 254)),
        Phone = Given(cells.Text("phone", most: 40)),
        BirthDate = Given(cells.Day("birthDate")),
        Language = Given(cells.Text("language", most: 35)),
        Country = Given(cells.Text("country", most: 60)),
    };

    /// <summary>What a record of another target says of its customer, should he be new.</summary>
    public static CustomerInput NewCustomer(RecordCells cells) => !cells.Plan.DescribesCustomer ? Undescribed : new()
    {
        Kind = Given(cells.Enum<CustomerKind>("customer.kind")),
        DisplayName = Given(cells.Text("customer.displayName")),
        Email = Given(cells.Text("customer.email", most: 254)),
        Phone = Given(cells.Text("customer.phone", most: 40)),
        BirthDate = Given(cells.Day("customer.birthDate")),
        Language = Given(cells.Text("customer.language", most: 35)),
        Country = Given(cells.Text("customer.country", most: 60)),
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

    private static ExternalIdInput? ExternalId(string? source, string? id) =>
        source is null || id is null ? null : new() { Source = source, Id = id };

    public static Optional<T?> Given<T>(T? value) where T : class => value is null ? default : new(value);

    public static Optional<T?> Given<T>(T? value) where T : struct => value is null ? default : new(value);
}
