using System.Globalization;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.SingleView;

/// <summary>Tests on customers; all that are given must hold. Those on personal data need CUSTOMERS_READ_PII.</summary>
public sealed record CustomerFilter
{
    public IReadOnlyList<CustomerFilter>? And { get; init; }

    public IReadOnlyList<CustomerFilter>? Or { get; init; }

    public CustomerFilter? Not { get; init; }

    public IdFilter? Id { get; init; }

    /// <summary>Has an external id of this source.</summary>
    public string? ExternalSource { get; init; }

    public StringFilter? Email { get; init; }

    public StringFilter? DisplayName { get; init; }

    public StringFilter? Country { get; init; }

    public CustomerKind? Kind { get; init; }

    public IReadOnlyList<Lifecycle>? Lifecycle { get; init; }

    public IReadOnlyList<IdicStage>? IdicStage { get; init; }

    /// <summary>Is a member now. Of an unknown segment nobody is. Needs SEGMENTS_READ.</summary>
    public SegmentRef? Segment { get; init; }

    public IReadOnlyList<RfmGroup>? RfmGroup { get; init; }

    /// <summary>Whole local days since the last qualifying order.</summary>
    public IntFilter? RecencyDays { get; init; }

    /// <summary>Gross sum of qualifying orders, in major units.</summary>
    public DecimalFilter? Monetary { get; init; }

    public DateTimeFilter? UpdatedAt { get; init; }

    public DateTimeFilter? CreatedAt { get; init; }

    public AttributeFilter? Attribute { get; init; }

    /// <summary>This filter and all inside it.</summary>
    internal IEnumerable<CustomerFilter> All() =>
        new[] { this }.Concat((And ?? []).Concat(Or ?? []).Concat(Not is null ? [] : [Not]).SelectMany(f => f.All()));

    /// <summary>What the store can test of the customer's own document.</summary>
    internal IEnumerable<Condition> Conditions(DateTimeOffset now)
    {
        var own = (Country?.Conditions("country") ?? [])
            .Concat(Email?.Conditions("email") ?? [])
            .Concat(DisplayName?.Conditions("displayName") ?? [])
            .Concat(CreatedAt?.Conditions("createdAt", now) ?? [])
            .Concat(UpdatedAt?.Conditions("updatedAt", now) ?? []);
        own = Kind is { } kind ? own.Append(new("kind", Comparison.Equal, kind.ToString())) : own;
        return own.Concat((And ?? []).SelectMany(f => f.Conditions(now)));
    }

    internal bool Holds(FilterSubject subject) =>
        (And is null || And.All(f => f.Holds(subject)))
        && (Or is null || Or.Any(f => f.Holds(subject)))
        && (Not is null || !Not.Holds(subject))
        && HoldsForCustomer(subject.Customer, subject.Now)
        && (Segment is null || subject.Segments.Contains(Segment))
        && (!NeedsFigures || HoldsForFigures(subject));

    internal bool NeedsFigures =>
        Lifecycle is not null || IdicStage is not null || RfmGroup is not null || RecencyDays is not null
            || Monetary is not null;

    private bool HoldsForCustomer(Customer customer, DateTimeOffset now) =>
        (Id?.Eq is null || Id.Eq == customer.Id)
        && (Id?.In is null || Id.In.Contains(customer.Id))
        && (ExternalSource is null || customer.ExternalIds.Any(e => e.Source == ExternalSource))
        && (Email is null || Email.Holds(customer.Email))
        && (DisplayName is null || DisplayName.Holds(customer.DisplayName))
        && (Country is null || Country.Holds(customer.Country))
        && (Kind is null || Kind == customer.Kind)
        && (UpdatedAt is null || UpdatedAt.Holds(customer.UpdatedAt, now))
        && (CreatedAt is null || CreatedAt.Holds(customer.CreatedAt, now))
        && (Attribute is null
            || Attribute.Holds(customer.StoredAttributes.FirstOrDefault(a => a.AttributeKey == Attribute.Key), now));

    private bool HoldsForFigures(FilterSubject subject)
    {
        var figures = subject.Figures ?? subject.WithoutFigures();
        return (Lifecycle is null || Lifecycle.Contains(figures.Lifecycle))
            && (IdicStage is null || IdicStage.Contains(figures.IdicStage))
            && (RfmGroup is null || RfmGroup.Contains(figures.RfmGroup))
            && (RecencyDays is null || RecencyDays.Holds(subject.RecencyDays(figures)))
            && (Monetary is null || Monetary.Holds(Money.ToMajor(figures.MonetaryMinor, subject.Currency)));
    }
}

/// <summary>A test on one attribute. A customer without it satisfies only isNull.</summary>
public sealed record AttributeFilter
{
    public required string Key { get; init; }

    public StringFilter? String { get; init; }

    public DecimalFilter? Number { get; init; }

    public bool? Boolean { get; init; }

    /// <summary>A day counts as its first instant in UTC.</summary>
    public DateTimeFilter? Date { get; init; }

    internal bool Holds(StoredAttribute? attribute, DateTimeOffset now) =>
        (String is null || String.Holds(attribute?.Text))
        && (Number is null || Number.Holds(attribute?.Number))
        && (Boolean is null || attribute?.Boolean == Boolean)
        && (Date is null || Date.Holds(
            attribute?.Date is { } day ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : null,
            now));
}

/// <summary>What a filter is held against.</summary>
/// <param name="Figures">Null where none are computed yet: then as a prospect's.</param>
internal sealed record FilterSubject(
    Customer Customer, StoredProfile? Figures, PeriodCalendar Calendar, Currency Currency, DateTimeOffset Now)
{
    /// <summary>Of the segments that the filter names, those he is a member of, as the filter names them.</summary>
    public IReadOnlySet<SegmentRef> Segments { get; init; } = new HashSet<SegmentRef>();

    public int? RecencyDays(StoredProfile figures) => figures.Value.RecencyDays(Calendar, Now.ToUnixTimeMilliseconds());

    public StoredProfile WithoutFigures() => new() { CustomerId = Customer.CustomerId };
}

public enum CustomerSortField
{
    UpdatedAt,
    CreatedAt,
    DisplayName,

    /// <summary>Days since the last order: ascending, the latest first. Lists only those who have one.</summary>
    Recency,

    /// <summary>Gross sum of qualifying orders.</summary>
    Monetary,
}

/// <summary>The order of a list; equal ones by id.</summary>
public sealed record CustomerSort
{
    public required CustomerSortField Field { get; init; }

    [System.ComponentModel.DefaultValue(SortDirection.Asc)]
    public SortDirection Direction { get; init; }
}
