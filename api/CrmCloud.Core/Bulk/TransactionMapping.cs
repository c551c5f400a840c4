using CrmCloud.Core.Interactions;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Bulk;

/// <summary>Rows of target TRANSACTIONS: one row, or one row for each line of an order.</summary>
/// <remarks>
/// A line's amount is its own column, or quantity (1 where not mapped) x unit price rounded half-even to minor units. A
/// record's amount is its own column, which must be equal on all lines, or the sum of its lines. Prices may have any
/// decimals; an amount that is stated may have no more than its currency, unless it is what the prices make. A
/// record that adds up to less than zero is a refund if its kind or the refund rule says so: its amount and its lines
/// change their sign.
/// </remarks>
public static class TransactionMapping
{
    // The product of two of these, in minor units, still fits a decimal.
    private const decimal LargestFactor = 1_000_000_000_000m;

    private static readonly string[] AmountFields = ["amount", "items.amount", "items.unitPrice"];

    public static MappedRecord Map(RecordCells cells, ImportPlan plan)
    {
        var externalId = CommonMapping.ExternalId(cells);
        var customer = CommonMapping.CustomerId(cells);
        var newCustomer = CommonMapping.NewCustomer(cells);
        var kind = cells.Enum<TransactionKind>("kind");
        var at = cells.Instant("at");
        var currency = CommonMapping.Currency(cells) ?? plan.Tenant.Money;
        var lines = Lines(cells, plan, currency);
        var amount = Amount(cells, plan, lines, currency);
        if (externalId is null || customer is null || kind is null || at is null || amount is null)
        {
            return new(cells.Record);
        }

        var refund = IsRefund(plan.Refunds, externalId.Id, amount.Value);
        kind = refund ? TransactionKind.Refund : kind;
        var turn = amount < 0 && (kind is TransactionKind.Refund or TransactionKind.Cancellation);
        if (amount < 0 && !turn)
        {
            var field = AmountFields.First(f => plan[f] is not null);
            cells.Add(field, UserErrorCode.OutOfRange,
                $"The record adds up to {amount}; map `kind` with `refundWhen` if that is a refund.");
        }

        var input = new TransactionInput
        {
            ExternalId = externalId,
            Customer = new() { ExternalId = customer },
            Kind = kind.Value,
            Amount = new() { Amount = Math.Abs(amount.Value), Currency = currency },
            At = at.Value,
            Margin = Margin(cells, currency),
            RefundOf = RefundOf(cells),
            Items = plan["items.sku"] is null
                ? default
                : new([.. lines.Where(l => l.Sku is not null).Select(l => l.ToInput(currency, turn))]),
        };
        return new(cells.Record) { Input = input, NewCustomer = newCustomer };
    }

    private static bool IsRefund(RefundRule? rule, string id, decimal amount) =>
        rule is not null
        && ((rule.IdStartsWith is { } start && id.StartsWith(start, StringComparison.Ordinal))
            || (rule.NegativeTotal && amount < 0));

    private static decimal? Amount(RecordCells cells, ImportPlan plan, List<Line> lines, Currency currency)
    {
        if (plan["amount"] is not null && cells.Decimal("amount") is { } amount)
        {
            if (Money.IsExact(amount, currency))
            {
                return amount;
            }

            if (lines.Count > 0 && amount == lines.Sum(l => l.Product ?? 0))
            {
                return Money.TryFrom(amount, currency, out var money) ? money.Amount : amount;
            }

            cells.Add("amount", UserErrorCode.Invalid, FactDecisions.TooManyDecimals(currency));
            return null;
        }

        if (lines.Count > 0 && lines.TrueForAll(l => l.Amount is not null))
        {
            return lines.Sum(l => l.Amount!.Value);
        }

        if (!cells.HasErrors)
        {
            cells.Add("amount", UserErrorCode.Required, "Neither the record nor each of its lines has an amount.");
        }

        return null;
    }

    private static List<Line> Lines(RecordCells cells, ImportPlan plan, Currency currency)
    {
        var fields = (Sku: plan["items.sku"], Quantity: plan["items.quantity"], Price: plan["items.unitPrice"],
            Amount: plan["items.amount"], Category: plan["items.category"]);
        var lines = new List<Line>(cells.Record.Rows.Count);
        foreach (var (row, texts) in cells.Record.Lines)
        {
            var sku = cells.LineText(fields.Sku, row, texts);
            var quantity = Factor(cells, fields.Quantity, row, texts);
            var price = Factor(cells, fields.Price, row, texts);
            var product = price is null ? null : (quantity ?? 1) * price;
            var stated = cells.LineDecimal(fields.Amount, row, texts);
            var amount = stated ?? product;
            var category = cells.LineText(fields.Category, row, texts);
            if (sku is null && quantity is null && amount is null && category is null)
            {
                continue;
            }

            if (fields.Sku is not null && RecordCells.IsEmpty(fields.Sku, row, texts))
            {
                cells.Add(row, fields.Sku, UserErrorCode.Required, "The field is empty.");
            }

            if (stated is { } exact && exact != product && !Money.IsExact(exact, currency))
            {
                cells.Add(row, fields.Amount, UserErrorCode.Invalid, FactDecisions.TooManyDecimals(currency));
            }

            lines.Add(new(
                sku, quantity ?? 1, product,
                Rounded(cells, (row, fields.Amount ?? fields.Price), amount, currency), category));
        }

        return lines;
    }

    private static decimal? Factor(RecordCells cells, FieldSource? field, SourceRow row, string?[] texts)
    {
        var value = cells.LineDecimal(field, row, texts);
        if (value is null || Math.Abs(value.Value) <= LargestFactor)
        {
            return value;
        }

        cells.Add(row, field, UserErrorCode.OutOfRange, "At most 1e12 either way.");
        return null;
    }

    private static decimal? Rounded(
        RecordCells cells, (SourceRow Row, FieldSource? Field) place, decimal? amount, Currency currency)
    {
        if (amount is null)
        {
            return null;
        }

        if (Money.TryFrom(amount.Value, currency, out var money))
        {
            return money.Amount;
        }

        cells.Add(place.Row, place.Field, UserErrorCode.OutOfRange, "At most 9e16 minor units.");
        return null;
    }

    private static Optional<MoneyInput?> Margin(RecordCells cells, Currency currency) =>
        cells.Decimal("margin") is { } margin ? new(new MoneyInput { Amount = margin, Currency = currency }) : default;

    private static Optional<Ref?> RefundOf(RecordCells cells)
    {
        var source = cells.Text("refundOf.externalId.source", most: 60);
        var id = cells.Text("refundOf.externalId.id");
        return id is null || source is null
            ? default
            : new(new Ref { ExternalId = new() { Source = source, Id = id } });
    }

    /// <param name="Product">Quantity x unit price, not rounded; null without a price.</param>
    private sealed record Line(string? Sku, decimal Quantity, decimal? Product, decimal? Amount, string? Category)
    {
        public TransactionItemInput ToInput(Currency currency, bool turn) => new()
        {
            Sku = Sku!,
            Quantity = turn ? -Quantity : Quantity,
            Amount = new() { Amount = turn ? -(Amount ?? 0) : Amount ?? 0, Currency = currency },
            Category = Category,
        };
    }
}
