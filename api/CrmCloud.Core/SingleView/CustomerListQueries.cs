using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.SingleView;

public sealed class CustomerListQueries
{
    private const int MostFilters = 100;
    private const int MostSearch = 200;

    /// <summary>
    /// Customers, by default in the order they were made. With a filter or a search a page may be shorter than asked
    /// for; `pageInfo.hasNextPage` says whether there is more to look at. Derived values follow changes within seconds.
    /// </summary>
    /// <param name="search">
    /// Part of a name, e-mail address, phone number or external id, whatever the case; 2 to 200 characters.
    /// </param>
    [Query, RequiresScope(Scope.CustomersRead), Cost(5)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<Customer>> CustomersAsync(
        CustomerFilter? filter, string? search, CustomerSort? sort, Caller caller, CancellationToken stop,
        int first = 50, string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "customers", filter, search, sort);
        sort ??= new() { Field = CustomerSortField.CreatedAt };
        await CheckAsync(filter, search, sort, caller, stop);
        return await new CustomerList(caller, filter, search?.Trim(), sort).AnswerAsync(paging, stop);
    }

    private static async Task CheckAsync(
        CustomerFilter? filter, string? search, CustomerSort sort, Caller caller, CancellationToken stop)
    {
        var filters = filter?.All().Take(MostFilters + 1).ToList() ?? [];
        if (filters.Count > MostFilters)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE", $"A filter has at most {MostFilters} parts.");
        }

        if (search is not null && search.Trim().Length is < 2 or > MostSearch)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE", $"search has 2 to {MostSearch} characters.");
        }

        if (filters.Any(f => f.Segment is not null))
        {
            SegmentFilters.RequireScope(caller, "To filter by segment");
        }

        if (caller.SeesPersonalData)
        {
            return;
        }

        if (await PersonalAsync(filters, search, sort, caller, stop) is { } field)
        {
            throw new GraphQLRequestException("FORBIDDEN",
                $"{field} needs the scope CUSTOMERS_READ_PII: its answer would tell personal values.",
                new Dictionary<string, object?> { ["anyOf"] = new[] { "CUSTOMERS_READ_PII" } });
        }
    }

    /// <summary>
    /// The first personal member that decides about rows or their order; its values could be guessed by asking.
    /// </summary>
    private static async Task<string?> PersonalAsync(
        IReadOnlyList<CustomerFilter> filters, string? search, CustomerSort sort, Caller caller, CancellationToken stop)
    {
        if (search is not null || sort.Field == CustomerSortField.DisplayName)
        {
            return search is not null ? "A search" : "To sort by DISPLAY_NAME";
        }

        var keys = filters.Select(f => f.Attribute?.Key).OfType<string>().ToList();
        var catalog = keys.Count > 0 ? await AttributeCatalog.LoadAsync(caller.Store, stop) : AttributeCatalog.Empty;
        return filters.Any(f => f.Email is not null) ? "To filter by email"
            : filters.Any(f => f.DisplayName is not null) ? "To filter by displayName"
            : keys.FirstOrDefault(k => catalog.Find(k) is not { Pii: null }) is { } key
                ? $"To filter by the attribute {key}"
            : null;
    }
}
