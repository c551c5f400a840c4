using CrmCloud.Core.Customers;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Interactions;

/// <summary>All that are given must hold.</summary>
public sealed record InteractionFilter
{
    public IReadOnlyList<Channel>? Channel { get; init; }

    public StringFilter? Type { get; init; }

    public FlowDirection? Direction { get; init; }

    public DateTimeFilter? OccurredAt { get; init; }

    [Id]
    public string? Customer { get; init; }

    public bool? HasSatisfaction { get; init; }

    /// <summary>What the store can test.</summary>
    [GraphQLIgnore]
    public IEnumerable<Condition> Conditions(DateTimeOffset now)
    {
        if (Channel is { Count: > 0 })
        {
            yield return new("channel", Comparison.In, (IReadOnlyList<string>)[.. Channel.Select(c => c.ToString())]);
        }

        if (Direction is { } direction)
        {
            yield return new("direction", Comparison.Equal, direction.ToString());
        }

        if (HasSatisfaction is { } has)
        {
            yield return new("satisfaction", has ? Comparison.IsNotNull : Comparison.IsNull);
        }

        foreach (var condition in (Type?.Conditions("type") ?? []).Concat(OccurredAt?.Conditions("at", now) ?? []))
        {
            yield return condition;
        }
    }

    /// <summary>The parts that the store cannot test.</summary>
    [GraphQLIgnore]
    public bool Holds(Interaction interaction, DateTimeOffset now) =>
        (Type is null || Type.Holds(interaction.Type))
        && (OccurredAt is null || OccurredAt.Holds(interaction.At, now));
}

public sealed class InteractionQueries
{
    /// <summary>Interactions of all customers, the newest first.</summary>
    [Query, RequiresScope(Scope.InteractionsRead), Cost(5)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<Interaction>> InteractionsAsync(
        InteractionFilter? filter, Caller caller, CancellationToken stop, int first = 50, string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "interactions", filter);
        var customerId = GlobalId.Local(filter?.Customer, "Customer");
        if (filter?.Customer is not null && (customerId is null || Buckets.PartitionOf(customerId) is null))
        {
            return paging.Answer<Interaction>([], hasMore: false,
                _ => Task.FromResult(new Count(0, CountPrecision.Exact, caller.Now)));
        }

        return await FactLists.AnswerAsync(caller, FactLists.Interactions(caller, customerId, filter), paging, stop);
    }
}

/// <summary>Queries for facts in time order.</summary>
public static class FactLists
{
    /// <param name="customerId">Null for all customers.</param>
    public static MergedQuery<Interaction> Interactions(Caller caller, string? customerId, InteractionFilter? filter)
    {
        var now = caller.Now;
        var query = Facts<Interaction>(caller, customerId, "interaction", filter?.Conditions(now) ?? []);
        return filter is null ? query : query with
        {
            KeepAsync = items =>
                Task.FromResult<IReadOnlyList<Interaction>>([.. items.Where(i => filter.Holds(i, now))]),
        };
    }

    /// <param name="range">Null for all time; days in the tenant's zone.</param>
    public static MergedQuery<Transaction> Transactions(Caller caller, string customerId, DateRangeInput? range) =>
        Facts<Transaction>(caller, customerId, "transaction", range is null ? [] : Days(range, caller.Tenant.TimeZone));

    public static async Task<Connection<T>> AnswerAsync<T>(
        Caller caller, MergedQuery<T> query, Paging paging, CancellationToken stop) where T : class, IDocument
    {
        var page = await BucketMerge.ReadAsync(caller.Store, query, paging.First, paging.After, stop);
        return paging.Answer(
            page.Items,
            page.HasMore,
            s => BucketMerge.CountAsync(caller.Store, query, caller.Now, s),
            page.HasMore ? page.End : null);
    }

    private static MergedQuery<T> Facts<T>(
        Caller caller, string? customerId, string kind, IEnumerable<Condition> conditions)
        where T : class, IDocument, ICustomerFact => new()
        {
            Partitions = customerId is null ? BucketMerge.PartitionsOf(caller.Tenant.Buckets)
                : [Buckets.Of(customerId)],
            Each = new Query(Container.Interactions, "", kind)
            {
                Where = customerId is null ? [.. conditions]
                    : [new("customerId", Comparison.Equal, customerId), .. conditions],
                OrderBy = "at",
                Descending = true,
            },
            SortValue = fact => SortText.Of(fact.At),
        };

    private static IEnumerable<Condition> Days(DateRangeInput range, string timeZone)
    {
        var zone = NodaTime.DateTimeZoneProviders.Tzdb[timeZone];
        DateTimeOffset Start(DateOnly day) =>
            zone.AtStartOfDay(NodaTime.LocalDate.FromDateOnly(day)).ToInstant().ToDateTimeOffset();

        yield return new("at", Comparison.GreaterOrEqual, SortText.Of(Start(range.From)));
        yield return new("at", Comparison.Less, SortText.Of(Start(range.To)));
    }
}

[ExtendObjectType(typeof(Interaction))]
public sealed class InteractionFields
{
    [BatchResolver]
    public async Task<IReadOnlyList<Customer?>> CustomerAsync(
        [Parent] IReadOnlyList<Interaction> interactions, Caller caller, CancellationToken stop)
    {
        var found = await CustomerLookup.ByLocalIdsAsync(caller.Store, interactions.Select(i => i.CustomerId), stop);
        return [.. interactions.Select(i => found.GetValueOrDefault(i.CustomerId))];
    }
}

/// <param name="Amount">Of the whole line.</param>
public sealed record TransactionItem(string Sku, decimal Quantity, Money Amount, string? Category);

[ExtendObjectType(typeof(Transaction))]
public sealed class TransactionFields
{
    /// <summary>Null where the customer is gone.</summary>
    [BatchResolver]
    public async Task<IReadOnlyList<Customer?>> CustomerAsync(
        [Parent] IReadOnlyList<Transaction> transactions, Caller caller, CancellationToken stop)
    {
        var found = await CustomerLookup.ByLocalIdsAsync(caller.Store, transactions.Select(t => t.CustomerId), stop);
        return [.. transactions.Select(t => found.GetValueOrDefault(t.CustomerId))];
    }

    public IReadOnlyList<TransactionItem> Items([Parent] Transaction transaction)
    {
        var currency = Currency.Parse(transaction.Currency);
        return [.. transaction.StoredItems.Select(
            i => new TransactionItem(i.Sku, i.Quantity, new Money(i.AmountMinor, currency), i.Category))];
    }
}
