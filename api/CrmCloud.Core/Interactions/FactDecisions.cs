using System.Text.Json;
using System.Text.RegularExpressions;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Interactions;

public enum FactOutcome
{
    Created,

    /// <summary>A new version of the fact.</summary>
    Updated,
    Unchanged,

    /// <summary>
    /// The fact belongs to another customer now: a new document, and the former one is to be deleted.
    /// </summary>
    Moved,
}

/// <summary>What becomes of a fact.</summary>
/// <param name="Before">The stored fact this follows on in place; null when created or moved.</param>
/// <param name="After">With the version it was read with, 0 when created or moved.</param>
/// <param name="Supersedes">The document under the former customer; null unless moved.</param>
public sealed record FactDecision<T>(
    FactOutcome Outcome, T? Before, T After, T? Supersedes = null) where T : class, IDocument
{
    public bool IsChange => Outcome != FactOutcome.Unchanged;
}

/// <param name="Currency">The tenant's; amounts in another are refused, as there are no exchange rates.</param>
/// <param name="Path">Where the input stands among the arguments, for problems.</param>
public sealed record FactContext(DateTimeOffset Now, Currency Currency, string Path = "input")
{
    public static readonly DateTimeOffset Earliest = new(1970, 1, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Planned renewals may lie ahead; figures leave them out until their time.</summary>
    public DateTimeOffset Latest => Now.AddYears(10);
}

/// <summary>
/// Pure decisions about transactions, interactions and measurements, the same for mutations and imports.
/// </summary>
public static partial class FactDecisions
{
    /// <summary>Lines of one transaction; with the longest texts it still fits in a batch of 2 MB.</summary>
    public const int MostItems = 5_000;

    public const string TransactionClaim = "transaction";
    public const string InteractionClaim = "interaction";

    private const decimal LargestQuantity = 1_000_000_000_000m;
    private const decimal LargestMeasure = 1_000_000_000_000_000_000m;

    /// <param name="existing">Of the same external id, under whichever customer it is now; null when new.</param>
    /// <param name="customerId">Whom the input names.</param>
    /// <param name="refundOf">Fact id of the order named by the input; null where it names none.</param>
    public static Outcome<FactDecision<Transaction>> Decide(
        Transaction? existing, TransactionInput input, string customerId, string? refundOf, FactContext context)
    {
        var problems = new List<Problem>();
        CheckInstant(input.At, $"{context.Path}.at", context, problems);
        var amount = Minor(input.Amount, $"{context.Path}.amount", context, problems);
        if (amount < 0)
        {
            problems.Add(
                Problems.OutOfRange($"{context.Path}.amount", "Amounts are 0 or more; a REFUND is positive too."));
        }

        if (input.RefundOf.Value is not null
            && input.Kind is not (TransactionKind.Refund or TransactionKind.Cancellation))
        {
            problems.Add(
                Problems.Invalid($"{context.Path}.refundOf", "Only a REFUND or CANCELLATION takes an order back."));
        }

        var start = existing ?? new Transaction
        {
            FactId = Transaction.FactIdOf(new(input.ExternalId.Source, input.ExternalId.Id)),
            CustomerId = customerId,
            ExternalId = new(input.ExternalId.Source, input.ExternalId.Id),
            Kind = input.Kind,
            AmountMinor = amount,
            Currency = context.Currency.Code,
            At = input.At,
            ReceivedAt = context.Now,
        };
        var after = start with
        {
            Kind = input.Kind,
            AmountMinor = amount,
            Currency = context.Currency.Code,
            At = input.At.ToUniversalTime(),
            MarginMinor = !input.Margin.IsSet ? start.MarginMinor
                : input.Margin.Value is { } margin ? Minor(margin, $"{context.Path}.margin", context, problems) : null,
            RefundOfFactId = input.RefundOf.IsSet ? refundOf : start.RefundOfFactId,
            StoredItems = input.Items.IsSet ? Items(input.Items.Value ?? [], context, problems) : start.StoredItems,
        };

        return problems.Count > 0
            ? problems
            : Place(existing, after, customerId,
                (t, owner, former) => t with { CustomerId = owner, FormerCustomerId = former, Version = 0 },
                t => t with { CorrectedAt = context.Now });
    }

    /// <param name="newId">Fact id for an interaction without an external id.</param>
    /// <inheritdoc cref="Decide(Transaction?, TransactionInput, string, string?, FactContext)"/>
    public static Outcome<FactDecision<Interaction>> Decide(
        Interaction? existing, InteractionInput input, string customerId, Guid newId, FactContext context)
    {
        var problems = new List<Problem>();
        CheckInstant(input.OccurredAt, $"{context.Path}.occurredAt", context, problems);
        CheckWord(input.Type, $"{context.Path}.type", problems);
        if (input.Properties.Value is { } given && given.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            problems.Add(Problems.Invalid($"{context.Path}.properties", "Properties are a JSON object."));
        }

        var externalId = input.ExternalId is { } external ? new ExternalId(external.Source, external.Id) : null;
        var start = existing ?? new Interaction
        {
            FactId = externalId is null ? newId.ToString("N") : Interaction.FactIdOf(externalId),
            CustomerId = customerId,
            ExternalId = externalId,
            Channel = input.Channel,
            Direction = input.Direction,
            Type = input.Type,
            At = input.OccurredAt,
            ReceivedAt = context.Now,
        };
        var after = start with
        {
            Channel = input.Channel,
            Direction = input.Direction,
            Type = input.Type,
            At = input.OccurredAt.ToUniversalTime(),
            Summary = input.Summary.IsSet ? input.Summary.Value : start.Summary,
            Properties = !input.Properties.IsSet ? start.Properties
                : input.Properties.Value is { ValueKind: JsonValueKind.Object } properties ? properties.Clone()
                    : (JsonElement?)null,
            Satisfaction = input.Satisfaction.IsSet ? input.Satisfaction.Value : start.Satisfaction,
        };

        return problems.Count > 0
            ? problems
            : Place(existing, after, customerId,
                (i, owner, former) => i with { CustomerId = owner, FormerCustomerId = former, Version = 0 },
                i => i with { CorrectedAt = context.Now });
    }

    /// <inheritdoc cref="Decide(Transaction?, TransactionInput, string, string?, FactContext)"/>
    public static Outcome<FactDecision<Measurement>> Decide(
        Measurement? existing, MeasurementInput input, FactContext context)
    {
        var problems = new List<Problem>();
        CheckWord(input.Key, $"{context.Path}.key", problems);
        if (input.Currency.Value is { } currency && currency != context.Currency)
        {
            problems.Add(OtherCurrency(currency, $"{context.Path}.currency", context));
        }

        if (Math.Abs(input.Amount) > LargestMeasure)
        {
            problems.Add(Problems.OutOfRange($"{context.Path}.amount", "At most 1e18 either way."));
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        var externalId = new ExternalId(input.ExternalId.Source, input.ExternalId.Id);
        var after = new Measurement
        {
            FactId = Measurement.FactIdOf(externalId),
            ExternalId = externalId,
            MeasureKey = input.Key,
            At = input.At,
            Amount = input.Amount,
            Currency = input.Currency.IsSet ? input.Currency.Value?.Code : existing?.Currency,
            Dimension = input.Dimension.Or(existing?.Dimension),
            CreatedAt = existing?.CreatedAt ?? context.Now,
            UpdatedAt = existing?.UpdatedAt ?? context.Now,
            Version = existing?.Version ?? 0,
        };
        return InPlace(existing, after, m => m with { UpdatedAt = context.Now });
    }

    private static FactDecision<T> Place<T>(
        T? existing, T after, string customerId, Func<T, string, string, T> move, Func<T, T> corrected)
        where T : class, IDocument, ICustomerFact =>
        existing is null || existing.CustomerId == customerId
            ? InPlace(existing, after, corrected)
            : new(FactOutcome.Moved, null, corrected(move(after, customerId, existing.CustomerId)), existing);

    private static FactDecision<T> InPlace<T>(T? existing, T after, Func<T, T> corrected)
        where T : class, IDocument =>
        existing is null ? new(FactOutcome.Created, null, after)
        : DocumentJson.Write(existing).AsSpan().SequenceEqual(DocumentJson.Write(after))
            ? new(FactOutcome.Unchanged, existing, existing)
        : new(FactOutcome.Updated, existing, corrected(after));

    private static List<StoredItem> Items(
        IReadOnlyList<TransactionItemInput> items, FactContext context, List<Problem> problems)
    {
        var at = $"{context.Path}.items";
        if (items.Count > MostItems)
        {
            problems.Add(Problems.OutOfRange(at, $"{items.Count} items; at most {MostItems} are accepted."));
            return [];
        }

        var result = new List<StoredItem>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (Math.Abs(items[i].Quantity) > LargestQuantity)
            {
                problems.Add(Problems.OutOfRange($"{at}.{i}.quantity", "At most 1e12 either way."));
            }

            var amount = Minor(items[i].Amount, $"{at}.{i}.amount", context, problems);
            result.Add(new(items[i].Sku, items[i].Quantity, amount, items[i].Category));
        }

        return result;
    }

    /// <summary>
    /// Why an amount with more decimals than its currency is refused: nobody should find another amount than he sent.
    /// </summary>
    public static string TooManyDecimals(Currency currency) =>
        $"{currency.Code} has {currency.Decimals} decimals; send the amount rounded to them.";

    /// <summary>Minor units; 0 beside a problem when the amount cannot be taken.</summary>
    private static long Minor(MoneyInput money, string at, FactContext context, List<Problem> problems)
    {
        if (money.Currency != context.Currency)
        {
            problems.Add(OtherCurrency(money.Currency, $"{at}.currency", context));
            return 0;
        }

        // Bounded before it is multiplied: a decimal can be larger than anything it is multiplied into.
        if (Math.Abs(money.Amount) <= LargestMeasure && Money.TryFrom(money.Amount, context.Currency, out var result))
        {
            if (!Money.IsExact(money.Amount, context.Currency))
            {
                problems.Add(Problems.Invalid($"{at}.amount", TooManyDecimals(context.Currency)));
            }

            return result.MinorUnits;
        }

        problems.Add(Problems.OutOfRange($"{at}.amount", "At most 9e16 minor units."));
        return 0;
    }

    private static Problem OtherCurrency(Currency currency, string at, FactContext context) => Problems.Invalid(
        at, $"Amounts are recorded in {context.Currency.Code}; there are no exchange rates for {currency.Code}.",
        [context.Currency.Code]);

    private static void CheckInstant(DateTimeOffset instant, string at, FactContext context, List<Problem> problems)
    {
        if (instant < FactContext.Earliest || instant > context.Latest)
        {
            problems.Add(Problems.OutOfRange(at, "From 1970-01-02 until ten years from now."));
        }
    }

    /// <summary>Whether it can be an interaction's type or a measurement's key.</summary>
    public static bool IsWord(string word) => Word().IsMatch(word);

    private static void CheckWord(string word, string at, List<Problem> problems)
    {
        if (!IsWord(word))
        {
            problems.Add(Problems.Invalid(at, "1 to 60 of a-z, 0-9, '_', '-' and '.'."));
        }
    }

    [GeneratedRegex(@"\A[a-z0-9_.-]{1,60}\z")]
    private static partial Regex Word();
}
