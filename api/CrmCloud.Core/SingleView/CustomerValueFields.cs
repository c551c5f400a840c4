using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Predictive;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.SingleView;

/// <summary>What a customer is worth, as far as it was computed.</summary>
/// <param name="RecencyDays">Whole local days since the last qualifying order; null without one.</param>
/// <param name="Frequency">Number of qualifying orders.</param>
/// <param name="Monetary">Gross sum of qualifying orders.</param>
/// <param name="Rfm">Null without a qualifying order, and before the first cuts.</param>
/// <param name="LifetimeValue">
/// Revenue expected in the next 12 months, discounted; null where <paramref name="PredictionMissing"/> says why.
/// </param>
/// <param name="ChurnRisk">
/// Chance, in percent points, that no order comes within the next churn window: because he left, or because he waits.
/// </param>
/// <param name="AliveProbability">
/// Chance, in percent points, that he has not left. The model lets nobody leave before a first repeat order, so it is
/// 100 for everybody without one; read the churn risk instead.
/// </param>
/// <param name="ExpectedOrders">Days with an order to expect in the next 12 months.</param>
/// <param name="PredictionMissing">In words; null when all four are there.</param>
/// <param name="Revision">Of the settings under which it was computed.</param>
public sealed record CustomerValue(
    int? RecencyDays, int Frequency, Money Monetary, CustomerRfm? Rfm, Money? LifetimeValue,
    decimal? ChurnRisk, decimal? AliveProbability, decimal? ExpectedOrders, string? PredictionMissing, int Revision,
    Freshness Freshness, IReadOnlyList<IndicatorOperand> Explain);

/// <param name="CutPoints">Which values earn which score.</param>
[GraphQLName("RfmScore")]
public sealed record CustomerRfm(
    int Recency, int Frequency, int Monetary, string Cell, RfmGroup Group, IReadOnlyList<RfmCutPoint> CutPoints);

/// <summary>Fields that come from figures; a list of customers reads them all at once.</summary>
[ExtendObjectType(typeof(Customer))]
public sealed class CustomerValueFields
{
    // A caller lives as long as his request.
    private static readonly ConditionalWeakTable<Caller, ConcurrentDictionary<string, StoredProfile>> Profiles = [];

    /// <summary>Recency, frequency, monetary value and what follows from them.</summary>
    [BatchResolver, Cost(2)]
    public async Task<IReadOnlyList<CustomerValue>> ValueAsync(
        [Parent] IReadOnlyList<Customer> customers, Caller caller, CancellationToken stop)
    {
        var reader = new FigureReader(caller.Store, caller.Tenant);
        var profiles = await ProfilesAsync(caller, customers, stop);
        var view = new ValueView(
            caller, await reader.StateAsync(stop), await reader.FreshnessAsync(caller.Now, stop),
            await caller.Store.FindAsync<ValueModel>(ValueModel.KeyOf(), stop));
        return [.. customers.Select(c => view.Of(profiles.GetValueOrDefault(c.CustomerId)))];
    }

    /// <summary>Where the customer stands with us; PROSPECT until his figures are computed.</summary>
    [BatchResolver, Cost(1)]
    public async Task<IReadOnlyList<Lifecycle>> LifecycleAsync(
        [Parent] IReadOnlyList<Customer> customers, Caller caller, CancellationToken stop)
    {
        var profiles = await ProfilesAsync(caller, customers, stop);
        return [.. customers.Select(c => profiles.GetValueOrDefault(c.CustomerId)?.Lifecycle ?? Lifecycle.Prospect)];
    }

    /// <summary>Identify, differentiate, interact, customize: how far we are with him.</summary>
    [BatchResolver, Cost(1)]
    public async Task<IReadOnlyList<IdicStage>> IdicStageAsync(
        [Parent] IReadOnlyList<Customer> customers, Caller caller, CancellationToken stop)
    {
        var profiles = await ProfilesAsync(caller, customers, stop);
        return [.. customers.Select(c => profiles.GetValueOrDefault(c.CustomerId)?.IdicStage ?? FirstStage(c))];
    }

    // Until the worker has seen him, by its own rule: a device or cookie alone says nothing about who it is.
    private static IdicStage FirstStage(Customer customer) =>
        customer.ExternalIds.Count > 0 || customer.Email is not null || customer.Phone is not null
            || customer.DisplayName is not null
        || customer.Identities.Any(i => i.Verified || i.Kind is not (IdentityKind.Cookie or IdentityKind.Device))
            ? IdicStage.Identified
            : IdicStage.Anonymous;

    // Value, lifecycle and stage are asked for together, and read from one profile.
    private static async Task<IReadOnlyDictionary<string, StoredProfile>> ProfilesAsync(
        Caller caller, IReadOnlyList<Customer> customers, CancellationToken stop)
    {
        var found = Profiles.GetValue(caller, _ => []);
        var reader = new FigureReader(caller.Store, caller.Tenant);
        var missing = customers.Select(c => c.CustomerId).Where(id => !found.ContainsKey(id)).Distinct();
        foreach (var chunk in missing.Chunk(1_000))
        {
            foreach (var (id, profile) in await reader.ProfilesAsync(chunk, stop))
            {
                found[id] = profile;
            }
        }

        return found;
    }
}

/// <summary>Stored profiles as values, under one tenant's settings and cuts.</summary>
internal sealed class ValueView(Caller caller, FigureState state, Freshness freshness, ValueModel? model)
{
    private readonly Tenant _tenant = caller.Tenant;
    private readonly long _now = caller.Now.ToUnixTimeMilliseconds();
    private readonly PeriodCalendar _calendar = TenantDefinitions.CalendarOf(caller.Tenant);
    private readonly IReadOnlyList<RfmCutPoint> _cutPoints =
        state.Cuts is { } cuts ? RfmCutPoints.Of(cuts, caller.Tenant) : [];

    public CustomerValue Of(StoredProfile? profile)
    {
        if (profile is null)
        {
            return new(
                null, 0, new Money(0, _tenant.Money), null, null, null, null, null, Prediction.NoOrder, state.Revision,
                freshness, []);
        }

        var prediction = Prediction.Of(model, profile.Value, _tenant, _calendar.DayOf(_now));
        var rfm = profile.Rfm is { } mark
            ? new CustomerRfm(
                mark.Recency, mark.Frequency, mark.Monetary, $"{mark.Recency}-{mark.Frequency}-{mark.Monetary}",
                profile.RfmGroup, _cutPoints)
            : null;
        return new(
            profile.Value.RecencyDays(_calendar, _now), profile.Frequency,
            new Money(profile.MonetaryMinor, _tenant.Money), rfm, prediction.LifetimeValue, prediction.ChurnRisk,
            prediction.AliveProbability, prediction.ExpectedOrders, prediction.Missing, state.Revision, freshness,
            [.. Explain(profile), .. prediction.Explain]);
    }

    private IReadOnlyList<IndicatorOperand> Explain(StoredProfile profile) =>
    [
        new("qualifying_orders", profile.Frequency, "orders"),
        new("gross", Money.ToMajor(profile.MonetaryMinor, _tenant.Money), "orders"),
        new("refunded", Money.ToMajor(profile.MonetaryMinor - profile.NetMinor, _tenant.Money), "refunds"),
        new("churn_window_days", (decimal)_tenant.Settings.ChurnWindow.TotalDays, "setting"),
    ];
}
