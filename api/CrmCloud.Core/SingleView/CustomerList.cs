using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.Store;

namespace CrmCloud.Core.SingleView;

/// <summary>
/// One list of customers. Sorted by their own values it walks the customers and looks up figures where a filter needs
/// them; sorted by a derived value it walks the figures and looks up the customers.
/// </summary>
internal sealed class CustomerList(Caller caller, CustomerFilter? filter, string? search, CustomerSort sort)
{
    private const int MostIds = 250;
    private const int MostConditions = 20;

    private readonly FigureReader _figures = new(caller.Store, caller.Tenant);
    private readonly PeriodCalendar _calendar = TenantDefinitions.CalendarOf(caller.Tenant);
    private readonly SegmentFilters _segments = new(caller, filter);
    private readonly bool _needsFigures = filter?.All().Any(f => f.NeedsFigures) == true;

    public async Task<Connection<Customer>> AnswerAsync(Paging paging, CancellationToken stop) =>
        filter?.Id is { } ids ? await OfIdsAsync(ids, paging, stop)
        : IsDerived ? await ByFiguresAsync(paging, stop)
        : await AnswerAsync(ByCustomers(stop), paging, customer => customer, stop);

    private bool IsDerived => sort.Field is CustomerSortField.Recency or CustomerSortField.Monetary;

    private bool Descending => sort.Direction == SortDirection.Desc;

    private async Task<Connection<Customer>> AnswerAsync<T>(
        MergedQuery<T> query, Paging paging, Func<T, Customer> customerOf, CancellationToken stop)
        where T : class, IDocument
    {
        var page = await BucketMerge.ReadAsync(caller.Store, query, paging.First, paging.After, stop);
        return paging.Answer(
            page.Items.Select(i => (customerOf(i.Item), i.Place)),
            page.HasMore,
            s => BucketMerge.CountAsync(caller.Store, query, caller.Now, s),
            page.HasMore ? page.End : null);
    }

    private MergedQuery<Customer> ByCustomers(CancellationToken stop)
    {
        var orderBy = sort.Field switch
        {
            CustomerSortField.UpdatedAt => "updatedAt",
            CustomerSortField.DisplayName => "sortName",
            _ => "createdAt",
        };
        return new()
        {
            Partitions = BucketMerge.PartitionsOf(caller.Tenant.Buckets),
            Each = new Query(Container.Master, "", "customer")
            {
                Where = [.. (filter?.Conditions(caller.Now) ?? []).Take(MostConditions)],
                OrderBy = orderBy,
                Descending = Descending,
            },
            SortValue = SortValue,
            KeepAsync = filter is null && search is null ? null : customers => KeepAsync(customers, stop),
        };
    }

    // The worker may be behind: a profile whose customer is not there (yet, or any more) is left out.
    private async Task<Connection<Customer>> ByFiguresAsync(Paging paging, CancellationToken stop)
    {
        var found = new Dictionary<string, Customer>();
        var query = new MergedQuery<StoredProfile>
        {
            Partitions = BucketMerge.PartitionsOf(caller.Tenant.Buckets),
            Each = new Query(Container.Figures, "", "profile")
            {
                Where = [new("exists", Comparison.Equal, true), .. FigureConditions()],
                OrderBy = sort.Field == CustomerSortField.Recency ? "lastOrderAt" : "monetaryMinor",

                // Fewer days since the last order is a later order.
                Descending = sort.Field == CustomerSortField.Recency ? !Descending : Descending,
            },
            SortValue = p => sort.Field == CustomerSortField.Recency ? p.LastOrderAt : p.MonetaryMinor,
            KeepAsync = async profiles =>
            {
                var customers = await CustomerLookup.ByLocalIdsAsync(caller.Store, profiles.Select(p => p.CustomerId),
                    stop);
                foreach (var (id, customer) in customers)
                {
                    found[id] = customer;
                }

                var segments = await _segments.OfAsync(customers.Keys, stop);
                return [.. profiles.Where(p =>
                    customers.TryGetValue(p.CustomerId, out var c) && Holds(c, p, segments(c.CustomerId)))];
            },
        };
        return await AnswerAsync(query, paging, p => found[p.CustomerId], stop);
    }

    private IEnumerable<Condition> FigureConditions()
    {
        if (sort.Field == CustomerSortField.Recency)
        {
            // Without an order there is no recency to sort by.
            yield return new("lastOrderAt", Comparison.Greater, 0L);
        }

        if (filter?.Lifecycle is { Count: > 0 } lifecycle)
        {
            yield return new("lifecycle", Comparison.In,
                (IReadOnlyList<string>)[.. lifecycle.Select(l => l.ToString())]);
        }

        if (filter?.IdicStage is { Count: > 0 } stages)
        {
            yield return new("idicStage", Comparison.In, (IReadOnlyList<string>)[.. stages.Select(s => s.ToString())]);
        }

        if (filter?.RfmGroup is { Count: > 0 } groups)
        {
            yield return new("rfmGroup", Comparison.In, (IReadOnlyList<string>)[.. groups.Select(g => g.ToString())]);
        }
    }

    /// <summary>Customers that are named need no walk: they are read, sorted and cut here.</summary>
    private async Task<Connection<Customer>> OfIdsAsync(IdFilter ids, Paging paging, CancellationToken stop)
    {
        var named = (ids.In ?? []).Concat(ids.Eq is null ? [] : [ids.Eq]).Distinct().ToList();
        if (named.Count > MostIds)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE", $"{named.Count} ids; at most {MostIds} are accepted.");
        }

        var customers = await CustomerLookup.ByLocalIdsAsync(
            caller.Store, named.Select(id => GlobalId.Local(id, "Customer")).OfType<string>(), stop);
        var profiles = await ProfilesAsync(customers.Values, IsDerived || _needsFigures, stop);
        var segments = await _segments.OfAsync(customers.Keys, stop);
        var kept = customers.Values
            .Where(c => sort.Field != CustomerSortField.Recency
                || profiles.GetValueOrDefault(c.CustomerId)?.LastOrderAt > 0)
            .Where(c => Holds(c, profiles.GetValueOrDefault(c.CustomerId), segments(c.CustomerId)))
            .Select(c => (Item: c, Place: new Position(DerivedOr(c, profiles), c.Key.Id))).ToList();
        var sign = Descending ? -1 : 1;
        kept.Sort((a, b) => sign * Compare(a.Place, b.Place));
        var rest = kept.Where(k => paging.After is null || sign * Compare(k.Place, paging.After) > 0).ToList();
        return paging.Answer(
            rest.Take(paging.First), rest.Count > paging.First,
            _ => Task.FromResult(new Count(kept.Count, CountPrecision.Exact, caller.Now)));
    }

    private object DerivedOr(Customer customer, IReadOnlyDictionary<string, StoredProfile> profiles)
    {
        var profile = profiles.GetValueOrDefault(customer.CustomerId);
        return sort.Field switch
        {
            CustomerSortField.Recency => -(profile?.LastOrderAt ?? 0),
            CustomerSortField.Monetary => profile?.MonetaryMinor ?? 0,
            _ => SortValue(customer),
        };
    }

    private string SortValue(Customer customer) => sort.Field switch
    {
        CustomerSortField.UpdatedAt => SortText.Of(customer.UpdatedAt),
        CustomerSortField.DisplayName => customer.SortName,
        _ => SortText.Of(customer.CreatedAt),
    };

    private async Task<IReadOnlyList<Customer>> KeepAsync(IReadOnlyList<Customer> customers, CancellationToken stop)
    {
        var profiles = await ProfilesAsync(customers, _needsFigures, stop);
        var segments = await _segments.OfAsync(customers.Select(c => c.CustomerId), stop);
        return [.. customers.Where(c =>
            Holds(c, profiles.GetValueOrDefault(c.CustomerId), segments(c.CustomerId)))];
    }

    private async Task<IReadOnlyDictionary<string, StoredProfile>> ProfilesAsync(
        IEnumerable<Customer> customers, bool needed, CancellationToken stop) =>
        needed ? await _figures.ProfilesAsync([.. customers.Select(c => c.CustomerId)], stop)
            : new Dictionary<string, StoredProfile>();

    private bool Holds(Customer customer, StoredProfile? figures, IReadOnlySet<SegmentRef> segments) =>
        (search is null || Matches(customer, search))
        && (filter is null || filter.Holds(
            new(customer, figures, _calendar, caller.Tenant.Money, caller.Now) { Segments = segments }));

    private static bool Matches(Customer customer, string search) =>
        Has(customer.DisplayName, search) || Has(customer.Email, search)
        || Has(customer.Phone, NormalForm.Phone(search) ?? search)
        || customer.ExternalIds.Any(e => Has(e.Id, search));

    private static bool Has(string? text, string search) =>
        text?.Contains(search, StringComparison.OrdinalIgnoreCase) == true;

    private static int Compare(Position left, Position right)
    {
        var byValue = SortText.Compare(left.SortValue, right.SortValue);
        return byValue != 0 ? byValue : string.CompareOrdinal(left.Id, right.Id);
    }
}
