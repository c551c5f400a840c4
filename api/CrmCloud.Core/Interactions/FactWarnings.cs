using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Interactions;

/// <summary>What is recorded as it came, but looks like a mistake of the sender.</summary>
public static class FactWarnings
{
    /// <summary>Keys that indicators read. Others are kept, for indicators to come.</summary>
    public static readonly IReadOnlyList<string> MeasureKeys =
        ["acquisition_cost", "exposures", "net_income", "retention_cost"];

    // Of one customer; somebody with more refunds is not checked to the last.
    private const int MostRefunds = 250;

    public static IReadOnlyList<Warning> Of(Measurement measurement) =>
        MeasureKeys.Contains(measurement.MeasureKey) ? [] :
        [
            new("MEASURE_NOT_READ", $"No indicator reads '{measurement.MeasureKey}'; they read "
                + $"{string.Join(", ", MeasureKeys)}. It was recorded all the same.", ["input", "key"]),
        ];

    public static async Task<IReadOnlyList<Warning>> OfAsync(
        Caller caller, Transaction transaction, CancellationToken stop)
    {
        var warnings = new List<Warning>();
        var items = transaction.StoredItems.Sum(item => item.AmountMinor);
        if (transaction.StoredItems.Count > 0 && items != transaction.AmountMinor)
        {
            var sum = new Money(items, caller.Tenant.Money);
            warnings.Add(new("ITEMS_DIFFER", $"The items add up to {sum.Amount} and not to the amount, which counts.",
                ["input", "items"]));
        }

        if (transaction.RefundOfFactId is { } orderId)
        {
            await AddRefundAsync(warnings, caller, transaction, orderId, stop);
        }

        return warnings;
    }

    private static async Task AddRefundAsync(
        List<Warning> warnings, Caller caller, Transaction refund, string orderId, CancellationToken stop)
    {
        var claim = await caller.Store.FindAsync<Pipeline.Claim>(
            Pipeline.Claim.KeyOf(FactDecisions.TransactionClaim, orderId), stop);
        var order = claim is null ? null
            : await caller.Store.FindAsync<Transaction>(Transaction.KeyOf(claim.OwnerId, orderId), stop);
        if (order is null)
        {
            warnings.Add(new("REFUND_OF_UNKNOWN",
                "The order it takes back is not recorded; it counts once the order is.", ["input", "refundOf"]));
            return;
        }

        var refunds = await caller.Store.QueryAsync<Transaction>(RefundsOf(refund, orderId), stop);
        var back = refunds.Items.Where(t => t.FactId != refund.FactId && t.Kind == TransactionKind.Refund)
            .Sum(t => t.AmountMinor) + refund.AmountMinor;
        if (refund.Kind == TransactionKind.Refund && back > order.AmountMinor)
        {
            warnings.Add(new("REFUND_EXCEEDS_ORDER",
                $"With this {new Money(back, caller.Tenant.Money).Amount} of the order's {order.Amount.Amount} "
                + "are taken back.", ["input", "amount"]));
        }
    }

    private static Query RefundsOf(Transaction refund, string orderId) =>
        new(Container.Interactions, Buckets.Of(refund.CustomerId), "transaction")
        {
            Where =
            [
                new("customerId", Comparison.Equal, refund.CustomerId),
                new("refundOfFactId", Comparison.Equal, orderId),
            ],
            OrderBy = "at",
            Take = MostRefunds,
        };
}
