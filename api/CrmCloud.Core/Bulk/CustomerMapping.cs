using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Bulk;

/// <summary>Rows of target CUSTOMERS.</summary>
public static class CustomerMapping
{
    public static MappedRecord Map(RecordCells cells, ImportPlan plan)
    {
        var externalId = CommonMapping.ExternalId(cells);
        var customer = CommonMapping.Customer(cells) with { Organization = Organization(cells) };
        var attributes = Attributes(cells, plan);
        if (attributes.Count > 0)
        {
            customer = customer with { Attributes = new((IReadOnlyList<AttributeInput>?)attributes) };
        }

        var input = externalId is null ? null : new CustomerUpsertInput
        {
            Match = [new() { ExternalId = externalId }],
            Customer = customer,
            OnConflict = plan.Input.OnConflict,
        };
        return new(cells.Record) { Input = input };
    }

    private static Optional<Ref?> Organization(RecordCells cells)
    {
        var source = cells.Text("organization.externalId.source", most: 60);
        var id = cells.Text("organization.externalId.id");
        return id is null || source is null
            ? default
            : new(new Ref { ExternalId = new() { Source = source, Id = id } });
    }

    private static List<AttributeInput> Attributes(RecordCells cells, ImportPlan plan)
    {
        var attributes = new List<AttributeInput>();
        foreach (var source in plan.Sources)
        {
            if (source.Field.Path.StartsWith(ImportFields.AttributePrefix, StringComparison.Ordinal)
                && Value(cells, source.Field) is { } value)
            {
                attributes.Add(new() { Key = source.Field.Path.Split('.')[1], Value = value });
            }
        }

        return attributes;
    }

    private static AttributeValueInput? Value(RecordCells cells, ImportField field) => field switch
    {
        { Kind: FieldKind.Decimal } => cells.Decimal(field.Path) is { } number ? new() { Number = number } : null,
        { Kind: FieldKind.Day } => cells.Day(field.Path) is { } day ? new() { Date = day } : null,
        _ when field.Path.EndsWith(".boolean", StringComparison.Ordinal) => Boolean(cells, field.Path),
        _ => cells.Text(field.Path, most: 2_000) is { } text ? new() { String = text } : null,
    };

    private static AttributeValueInput? Boolean(RecordCells cells, string path)
    {
        var text = cells.Text(path)?.ToLowerInvariant();
        if (text is null)
        {
            return null;
        }

        if (text is "true" or "1" or "yes" or "false" or "0" or "no")
        {
            return new() { Boolean = text is "true" or "1" or "yes" };
        }

        cells.Add(path, UserErrorCode.Invalid, "Neither true (1, yes) nor false (0, no).");
        return null;
    }
}
