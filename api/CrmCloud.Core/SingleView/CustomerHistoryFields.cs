using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.SingleView;

/// <param name="Satisfaction">
/// Mean of the answers from 1 to 5, rounded to 2 decimals; null where there are none.
/// </param>
public sealed record TouchpointSummary(Channel Channel, int Count, DateTimeOffset LastAt, decimal? Satisfaction);

/// <summary>What happened between a customer and the company, whatever the channel.</summary>
[ExtendObjectType(typeof(Customer))]
public sealed class CustomerHistoryFields
{
    /// <summary>Interactions that <see cref="TouchpointsAsync"/> looks at, the newest.</summary>
    public const int MostTouches = 10_000;

    /// <summary>The newest first.</summary>
    [RequiresScope(Scope.InteractionsRead), Cost(3),
        ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public Task<Connection<Interaction>> InteractionsAsync(
        [Parent] Customer customer, InteractionFilter? filter, Caller caller, CancellationToken stop, int first = 50,
        string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "customer.interactions", customer.CustomerId, filter);
        var other = filter?.Customer is { } asked && asked != customer.Id;
        return other
            ? Task.FromResult(paging.Answer<Interaction>([], false,
                _ => Task.FromResult(new Count(0, CountPrecision.Exact, caller.Now))))
            : FactLists.AnswerAsync(caller, FactLists.Interactions(caller, customer.CustomerId, filter), paging, stop);
    }

    /// <summary>The newest first; days in the tenant's time zone.</summary>
    [RequiresScope(Scope.InteractionsRead), Cost(3),
        ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public Task<Connection<Transaction>> TransactionsAsync(
        [Parent] Customer customer, DateRangeInput? range, Caller caller, CancellationToken stop, int first = 50,
        string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "customer.transactions", customer.CustomerId, range);
        return FactLists.AnswerAsync(caller, FactLists.Transactions(caller, customer.CustomerId, range), paging, stop);
    }

    /// <summary>
    /// Everything in time order, all channels, the newest first. Changes of segments need SEGMENTS_READ; without it
    /// they are left out.
    /// </summary>
    [RequiresScope(Scope.InteractionsRead), Cost(5),
        ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<TimelineEntry>> TimelineAsync(
        [Parent] Customer customer, IReadOnlyList<TimelineKind>? kinds, Caller caller, CancellationToken stop,
        int first = 50, string? after = null)
    {
        if (kinds?.Contains(TimelineKind.SegmentChange) == true)
        {
            SegmentFilters.RequireScope(caller, "To list SEGMENT_CHANGE");
        }

        var paging = Paging.Of(caller, first, after, "customer.timeline", customer.CustomerId, kinds);
        var timeline = new Timeline(caller, customer, kinds);
        var (entries, hasMore) = await timeline.ReadAsync(paging.First, paging.After, stop);
        return paging.Answer(entries, hasMore, timeline.CountAsync);
    }

    /// <summary>Where and how often we met, by channel, the busiest first; of the newest 10,000 interactions.</summary>
    [RequiresScope(Scope.InteractionsRead), Cost(20)]
    public async Task<IReadOnlyList<TouchpointSummary>> TouchpointsAsync(
        [Parent] Customer customer, Caller caller, CancellationToken stop)
    {
        var touches = new Dictionary<Channel, Touch>();
        var query = FactLists.Interactions(caller, customer.CustomerId, null).Each with
        {
            Partition = Buckets.Of(customer.CustomerId),
            Take = 1_000,
        };
        for (var seen = 0; seen < MostTouches;)
        {
            var page = await caller.Store.QueryAsync<Interaction>(query, stop);
            foreach (var interaction in page.Items)
            {
                touches[interaction.Channel] = touches.GetValueOrDefault(interaction.Channel).Plus(interaction);
            }

            if (!page.HasMore)
            {
                break;
            }

            seen += page.Items.Count;
            query = query with { After = new(SortText.Of(page.Items[^1].At), page.Items[^1].Key.Id) };
        }

        return [.. touches.OrderByDescending(t => t.Value.Count).ThenBy(t => t.Key)
            .Select(t => t.Value.Summary(t.Key))];
    }

    private readonly record struct Touch(int Count, DateTimeOffset LastAt, int Answers, int Sum)
    {
        public Touch Plus(Interaction interaction) => new(
            Count + 1,
            interaction.At > LastAt ? interaction.At : LastAt,
            Answers + (interaction.Satisfaction is null ? 0 : 1),
            Sum + (interaction.Satisfaction ?? 0));

        public TouchpointSummary Summary(Channel channel) => new(
            channel,
            Count,
            LastAt,
            Answers == 0 ? null : decimal.Round((decimal)Sum / Answers, 2, MidpointRounding.ToEven));
    }
}
