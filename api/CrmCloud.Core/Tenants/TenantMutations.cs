using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <summary>
/// Settings of this tenant and data mode. A field left out stays as it is; null clears it where it may be empty.
/// </summary>
public sealed record TenantUpdateInput
{
    [MaxLength(200)]
    public string? Name { get; init; }

    /// <summary>IANA, such as Europe/London.</summary>
    [MaxLength(60)]
    public string? TimeZone { get; init; }

    /// <summary>MM-DD.</summary>
    [MaxLength(5)]
    public string? FiscalYearStart { get; init; }

    /// <summary>Monday is 1, Sunday is 7.</summary>
    [Range(1, 7)]
    public int? WeekStart { get; init; }

    /// <summary>Can change only while no transaction is recorded.</summary>
    [MaxLength(3)]
    public string? Currency { get; init; }

    [MaxLength(20)]
    public IReadOnlyList<string>? Languages { get; init; }

    /// <summary>Null: retention compares a period with the one before.</summary>
    public Optional<TimeSpan?> RetentionWindow { get; init; }

    public TimeSpan? ChurnWindow { get; init; }

    public TimeSpan? ConversionWindow { get; init; }

    [MaxLength(50)]
    public IReadOnlyList<string>? ExposureTypes { get; init; }

    [Range(2, 10)]
    public int? RfmScale { get; init; }

    public RfmMethod? RfmMethod { get; init; }

    public Optional<RfmThresholdsInput?> RfmThresholds { get; init; }

    /// <summary>Null: the built-in groups.</summary>
    [MaxLength(60)]
    public Optional<IReadOnlyList<RfmBoxInput>?> RfmBoxes { get; init; }

    public TimeSpan? InteractionRetention { get; init; }

    /// <summary>
    /// How often a customer may be contacted in all, whatever the channel and purpose; null for no limit.
    /// </summary>
    public Optional<FrequencyCapInput?> FrequencyCap { get; init; }

    public bool? MaskPii { get; init; }

    /// <summary>True: silently; null: with a warning; false: refused.</summary>
    public Optional<bool?> SingleSidedObjectivesAllowed { get; init; }
}

/// <param name="RecencyDays">Days since the last order, falling: fewer days score higher.</param>
/// <param name="Frequency">Orders, rising.</param>
/// <param name="Monetary">Gross sums in major units, rising.</param>
public sealed record RfmThresholdsInput(
    IReadOnlyList<int> RecencyDays, IReadOnlyList<int> Frequency, IReadOnlyList<decimal> Monetary)
{
    internal RfmThresholds Stored() => new(RecencyDays, Frequency, Monetary);
}

/// <summary>A group by three ranges of scores, bounds included.</summary>
/// <param name="Group">One of the groups of `rfm`, such as CHAMPIONS.</param>
public sealed record RfmBoxInput(
    string Group, int RecencyFrom, int RecencyTo, int FrequencyFrom, int FrequencyTo, int MonetaryFrom, int MonetaryTo)
{
    internal RfmBox Stored() =>
        new(Group, RecencyFrom, RecencyTo, FrequencyFrom, FrequencyTo, MonetaryFrom, MonetaryTo);
}

public sealed record TenantUpdatePayload(Tenant? Tenant);

/// <summary>What an administrator may set about the tenant itself.</summary>
public sealed class TenantMutations
{
    /// <summary>
    /// Changes settings. What figures are computed with starts a recount; until it is done they say they are stale.
    /// </summary>
    [Mutation, RequiresScope(Scope.AdminTenant)]
    public async Task<Outcome<Change<TenantUpdatePayload>>> TenantUpdateAsync(
        TenantUpdateInput input, Caller caller, CancellationToken stop)
    {
        var before = (await caller.Store.FindAsync<Tenant>(Tenant.KeyOf(), stop))!;
        var after = Apply(before, input);
        var problems = TenantRules.Check(after);
        if (input.FrequencyCap.Value?.Check("input.frequencyCap") is { } span)
        {
            problems.Add(span);
        }

        if (after.Currency != before.Currency && await HasTransactionsAsync(caller.Store, stop))
        {
            problems.Add(new InvalidInput(UserErrorCode.WrongState,
                $"Transactions are recorded in {before.Currency}; the currency can no longer change.",
                "input.currency"));
        }

        if (after.Currency != before.Currency && await IsImportingAmountsAsync(caller.Store, stop))
        {
            problems.Add(new InvalidInput(UserErrorCode.WrongState,
                "An import of amounts is open; the currency can change after it has ended.", "input.currency"));
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        after = after with { UpdatedAt = caller.Now };
        return new Change<TenantUpdatePayload>(new(after with { Version = after.Version + 1 })).With(before, after);
    }

    private static Tenant Apply(Tenant tenant, TenantUpdateInput input) => tenant with
    {
        Name = input.Name ?? tenant.Name,
        TimeZone = input.TimeZone ?? tenant.TimeZone,
        FiscalYearStart = input.FiscalYearStart ?? tenant.FiscalYearStart,
        WeekStart = input.WeekStart ?? tenant.WeekStart,
        Currency = input.Currency ?? tenant.Currency,
        Languages = input.Languages ?? tenant.Languages,
        Settings = Apply(tenant.Settings, input),
    };

    private static TenantSettings Apply(TenantSettings settings, TenantUpdateInput input) => settings with
    {
        RetentionWindow = input.RetentionWindow.IsSet ? input.RetentionWindow.Value : settings.RetentionWindow,
        ChurnWindow = input.ChurnWindow ?? settings.ChurnWindow,
        ConversionWindow = input.ConversionWindow ?? settings.ConversionWindow,
        ExposureTypes = input.ExposureTypes ?? settings.ExposureTypes,
        RfmScale = input.RfmScale ?? settings.RfmScale,
        RfmMethod = input.RfmMethod ?? settings.RfmMethod,
        RfmThresholds = input.RfmThresholds.IsSet ? input.RfmThresholds.Value?.Stored() : settings.RfmThresholds,
        RfmBoxes = input.RfmBoxes.IsSet ? input.RfmBoxes.Value?.Select(b => b.Stored()).ToList() : settings.RfmBoxes,
        InteractionRetention = input.InteractionRetention ?? settings.InteractionRetention,
        FrequencyCap = input.FrequencyCap.IsSet ? input.FrequencyCap.Value?.Stored() : settings.FrequencyCap,
        MaskPii = input.MaskPii ?? settings.MaskPii,
        SingleSidedObjectivesAllowed = input.SingleSidedObjectivesAllowed.Or(settings.SingleSidedObjectivesAllowed),
    };

    private static async Task<bool> HasTransactionsAsync(ITenantStore store, CancellationToken stop)
    {
        foreach (var partition in Buckets.Partitions)
        {
            var query = new Query(Container.Interactions, partition, "transaction") { Take = 1 };
            if ((await store.QueryAsync<AnyTransaction>(query, stop)).Items.Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<bool> IsImportingAmountsAsync(ITenantStore store, CancellationToken stop)
    {
        var query = new Query(Container.Master, "", "bulk")
        {
            Where = [new("status", Comparison.In, new[] { "Queued", "Running" })],
        };
        var open = await store.QueryAsync<AnyImport>(query, stop);
        return open.Items.Any(i => i.Input.Target is "Transactions" or "Measurements");
    }

    // Of the feature that owns imports only this matters here.
    private sealed record AnyImport(long Version, AnyImport.AnyInput Input) : IDocument
    {
        public DocumentKey Key => throw new NotSupportedException("Never saved.");

        internal sealed record AnyInput(string Target);
    }

    // Only whether there is one matters here, so the feature that owns transactions is not needed.
    private sealed record AnyTransaction(long Version) : IDocument
    {
        public DocumentKey Key => throw new NotSupportedException("Never saved.");
    }
}
