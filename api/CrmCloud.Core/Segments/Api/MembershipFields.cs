using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments.Api;

/// <summary>Who belongs to a segment, and how that moved.</summary>
[ExtendObjectType(typeof(SegmentDefinition))]
public sealed class MembershipFields
{
    private const int MostPeriods = 400;
    private const int MostOverlaps = 50;

    /// <summary>
    /// Members, exactly, as stored; of the same moment as `statistics` and `freshness`, which says how far that is.
    /// </summary>
    [BatchResolver, Cost(1)]
    public async Task<IReadOnlyList<Count>> SizeAsync(
        [Parent] IReadOnlyList<SegmentDefinition> segments, Caller caller, CancellationToken stop)
    {
        var snapshot = MembershipSnapshot.Of(caller);
        var (sizes, at) = (await snapshot.SizesAsync(stop), await snapshot.ComputedAtAsync(stop));
        return [.. segments.Select(one =>
            new Count(sizes.GetValueOrDefault(one.SegmentId), CountPrecision.Exact, at))];
    }

    /// <summary>Size at the end of each period, with who entered and left in it.</summary>
    /// <param name="range">Local days; every period that overlaps them is answered whole. At most 400 periods.</param>
    [Cost(5)]
    public async Task<IReadOnlyList<SegmentSizePoint>> SizeSeriesAsync(
        [Parent] SegmentDefinition segment, Grain grain, DateRangeInput range, Caller caller, CancellationToken stop)
    {
        _ = Ranges.Periods(TenantDefinitions.CalendarOf(caller.Tenant), grain, range, MostPeriods);
        var points = await new MembershipReader(caller.Store, caller.Tenant).SeriesAsync(
            segment.SegmentId, grain, (range.From, range.To), stop);
        return [.. points.Select(one => new SegmentSizePoint(
            new(one.Period.Start, one.Period.End), one.Period.Label, one.Size, one.Entered, one.Left))];
    }

    /// <summary>
    /// Members in a fixed order; each says since when and why. Pages are of the moment in which they are read: while a
    /// segment fills or changes they may be ahead of `size`.
    /// </summary>
    [RequiresScope(Scope.CustomersRead), Cost(5)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<SegmentMembership>> MembersAsync(
        [Parent] SegmentDefinition segment, Caller caller, CancellationToken stop, int first = 50, string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "members", segment.SegmentId);
        var reader = new MembershipReader(caller.Store, caller.Tenant);
        var page = await reader.MembersAsync(segment.SegmentId, paging.After?.Id, first, stop);
        return paging.Answer(
            page.Items.Select(one => (new SegmentMembership(one, segment), new Position(null, one.CustomerId))),
            page.HasMore,
            async token => (await SizeAsync([segment], caller, token))[0]);
    }

    /// <summary>Members that this segment shares with others. At most 50.</summary>
    /// <param name="with">Ids of segments; unknown ones are left out.</param>
    [Cost(20)]
    public async Task<IReadOnlyList<SegmentOverlap>> OverlapAsync(
        [Parent] SegmentDefinition segment, [Id] IReadOnlyList<string> with, Caller caller, CancellationToken stop)
    {
        if (with.Count > MostOverlaps)
        {
            throw new GraphQLRequestException(
                "OUT_OF_RANGE", $"{with.Count} segments; at most {MostOverlaps} are accepted.");
        }

        var catalog = await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop);
        var others = with.Select(id => GlobalId.Local(id, "Segment")).OfType<string>().Select(catalog.Find)
            .OfType<SegmentDefinition>().Distinct().ToList();
        var figures = await new MembershipReader(caller.Store, caller.Tenant).OverlapAsync(
            segment.SegmentId, [.. others.Select(one => one.SegmentId)], stop);
        return [.. figures.Select((one, at) => new SegmentOverlap(others[at], one.Both, one.OnlyThis, one.OnlyOther))];
    }
}

/// <summary>What memberships of a segment are made of, and how far they are.</summary>
[ExtendObjectType(typeof(SegmentDefinition))]
public sealed class MembershipFacts
{
    /// <summary>Whether a customer is a member, and why: every clause of the rule with the value it saw.</summary>
    [RequiresScope(Scope.CustomersRead), Cost(5)]
    public async Task<SegmentMembershipCheck?> IncludesAsync(
        [Parent] SegmentDefinition segment, Ref customer, Caller caller, CancellationToken stop)
    {
        if (await CustomerLookup.ByRefAsync(caller.Store, customer, stop) is not { } found)
        {
            return null;
        }

        var reader = new MembershipReader(caller.Store, caller.Tenant);
        var memberships = await reader.OfCustomersAsync([found.CustomerId], stop);
        var trace = await new SegmentExplainer(caller.Store, caller.Tenant).TraceAsync(
            segment, found.CustomerId, caller.Now, stop);
        return new(
            memberships[found.CustomerId].Any(one => one.SegmentId == segment.SegmentId),
            [.. trace.Select(one => Seen(one, caller))],
            (await FreshnessAsync([segment], caller, stop))[0]);
    }

    /// <summary>What the members are worth now; as many members as `size` says.</summary>
    [Cost(20)]
    public async Task<SegmentStatisticsView> StatisticsAsync(
        [Parent] SegmentDefinition segment, Caller caller, CancellationToken stop)
    {
        var members = MembershipSnapshot.Of(caller).MembersAsync(segment.SegmentId, stop);
        var figures = await new SegmentStatistics(caller.Store, caller.Tenant).OfAsync(members, caller.Now, stop);
        var money = caller.Tenant.Money;
        return new(
            figures.Customers, figures.WithOrders, figures.Orders,
            new Money((long)figures.Gross, money), new Money((long)figures.Net, money),
            figures.Customers == 0 ? null : new Money(
                (long)decimal.Round((decimal)figures.Gross / figures.Customers, MidpointRounding.ToEven), money),
            figures.MeanRecencyDays is { } days ? decimal.Round((decimal)days, 6, MidpointRounding.ToEven) : null);
    }

    /// <summary>How far its memberships are, and why they may be behind.</summary>
    [BatchResolver, Cost(2)]
    public async Task<IReadOnlyList<Freshness>> FreshnessAsync(
        [Parent] IReadOnlyList<SegmentDefinition> segments, Caller caller, CancellationToken stop) =>
        await new SegmentFreshness(caller.Store, caller.Tenant).OfAsync(
            segments, await MembershipSnapshot.Of(caller).MarksAsync(stop), caller.Now, stop);

    // What a personal attribute holds is shown to whom it would be shown elsewhere.
    private static RuleTrace Seen(RuleTrace trace, Caller caller) =>
        trace.IsPersonal && !caller.SeesPersonalData ? trace with { Actual = null } : trace;
}

/// <summary>The customer of a membership.</summary>
[ExtendObjectType(typeof(SegmentMembership))]
public sealed class SegmentMembershipFields
{
    [BatchResolver, Cost(1)]
    public async Task<IReadOnlyList<Customer?>> CustomerAsync(
        [Parent] IReadOnlyList<SegmentMembership> memberships, Caller caller, CancellationToken stop)
    {
        var customers = await CustomerLookup.ByLocalIdsAsync(
            caller.Store, memberships.Select(one => one.CustomerId), stop);
        return [.. memberships.Select(one => customers.GetValueOrDefault(one.CustomerId))];
    }
}

/// <summary>What a customer belongs to.</summary>
[ExtendObjectType(typeof(Customer))]
public sealed class CustomerSegmentFields
{
    /// <summary>The segments he is a member of now, built-in ones first.</summary>
    [BatchResolver, RequiresScope(Scope.SegmentsRead), Cost(3)]
    public async Task<IReadOnlyList<IReadOnlyList<SegmentMembership>>> SegmentsAsync(
        [Parent] IReadOnlyList<Customer> customers, Caller caller, CancellationToken stop)
    {
        var catalog = await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop);
        var reader = new MembershipReader(caller.Store, caller.Tenant);
        var found = new Dictionary<string, IReadOnlyList<SegmentMembership>>(StringComparer.Ordinal);
        foreach (var some in customers.Select(one => one.CustomerId).Distinct().Chunk(1_000))
        {
            var views = await reader.OfCustomersAsync(some, stop);
            foreach (var id in some)
            {
                found[id] = [.. catalog.All.Join(
                    views[id], one => one.SegmentId, view => view.SegmentId,
                    (one, view) => new SegmentMembership(view, one))];
            }
        }

        return [.. customers.Select(one => found[one.CustomerId])];
    }
}
