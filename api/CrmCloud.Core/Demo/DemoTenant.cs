using System.Text.Json.Serialization;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Demo;

/// <summary>In the directory: that this installation has a demo tenant, and from which plan.</summary>
public sealed record DemoState : IDocument
{
    public required int Seed { get; init; }

    /// <summary>The instant all its data lie before.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Null while it is being written, or when that was cut off.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf();

    public static DocumentKey KeyOf() => new(Container.Directory, "", "demo/state");
}

/// <summary>The tenant that a new installation shows itself with.</summary>
public sealed class DemoTenant(IDocumentStore stores, TenantDirectory tenants, ChangeSignal signal, TimeProvider clock)
{
    public const int Seed = 20_261;

    /// <summary>
    /// Whether this installation has, or should get, the demo tenant: nothing is in it yet, or the demo was begun.
    /// </summary>
    public async Task<bool> BelongsHereAsync(CancellationToken stop) =>
        await StateAsync(stop) is not null || !await HasTenantsAsync(stop);

    /// <summary>Whether this installation has a tenant, the demo's or another.</summary>
    public Task<bool> HasTenantsAsync(CancellationToken stop) => tenants.AnyAsync(stop);

    /// <summary>Makes the tenant and its data, or what an earlier attempt left out, and lets the key open it.</summary>
    /// <param name="keyText">Accepted as given, 32 to 200 characters.</param>
    /// <returns>Documents written; 0 when everything was there.</returns>
    /// <exception cref="InvalidOperationException">The key belongs to another tenant.</exception>
    public async Task<int> EnsureAsync(string keyText, CancellationToken stop)
    {
        var state = await StateAsync(stop) ?? await BeginAsync(stop);
        await EnsureKeyAsync(keyText, stop);
        if (state.FinishedAt is not null)
        {
            return 0;
        }

        var count = await WriteAsync(new DemoPlan(state.Seed, state.Now), stop);
        await stores.Directory.SaveAsync(Batch.Of(state with { FinishedAt = clock.GetUtcNow() }), stop);
        signal.Notify(DemoPlan.Slug, DataMode.Live);
        return count;
    }

    private Task<DemoState?> StateAsync(CancellationToken stop) =>
        stores.Directory.FindAsync<DemoState>(DemoState.KeyOf(), stop);

    private async Task<DemoState> BeginAsync(CancellationToken stop)
    {
        // Whole seconds, as the data are: the plan read back must be the plan that was written.
        var now = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());
        var state = new DemoState { Seed = Seed, Now = now };
        await stores.Directory.SaveAsync(Batch.Of(state), stop);
        return state with { Version = 1 };
    }

    private async Task EnsureKeyAsync(string keyText, CancellationToken stop)
    {
        if (await tenants.FindAsync(DemoPlan.Slug, stop) is null)
        {
            var request = new TenantRequest(DemoPlan.Slug, DemoPlan.Currency, DemoPlan.TimeZone)
            {
                Name = DemoPlan.Name,
                KeyText = keyText,
            };
            var made = await tenants.CreateAsync(request, stop);
            _ = made.Value;
            return;
        }

        // A key that was revoked is still among the app's keys, and stays revoked.
        var fingerprint = KeyText.Fingerprint(keyText);
        var apps = await stores.Open(DemoPlan.Slug, DataMode.Live)
            .QueryAsync<App>(new(Container.Master, "", "app") { Take = 1_000 }, stop);
        if (apps.Items.SelectMany(app => app.Keys).All(key => key.Fingerprint != fingerprint)
            && await tenants.AddKeyAsync(DemoPlan.Slug, apps.Items.MinBy(app => app.CreatedAt)!, keyText, stop) is null)
        {
            throw new InvalidOperationException("The demo key belongs to another tenant.");
        }
    }

    private async Task<int> WriteAsync(DemoPlan plan, CancellationToken stop)
    {
        var people = DemoData.People(plan).ToList();
        var writer = new DemoWriter(stores.Open(DemoPlan.Slug, DataMode.Live));

        // Claims before their owners, customers before their facts: the order every other writer keeps.
        List<IDocument> claims =
            [.. people.SelectMany(DemoData.Claims), .. DemoActions.Claims(plan), .. DemoSegments.Claims(plan)];
        List<IDocument> masters =
        [
            .. DemoData.Attributes(plan),
            .. DemoActions.Of(plan),
            .. people.Select(person => person.Customer),
            .. people.SelectMany(person => person.Consents),
            .. DemoSegments.Of(plan),
        ];
        var books = DemoData.Measurements(plan).ToList();
        masters.AddRange(DemoObjectives.Of(plan, people, books));
        List<IDocument> facts =
        [
            .. people.SelectMany(person => person.Transactions),
            .. people.SelectMany(person => person.Interactions),
            .. books,
        ];
        await writer.WriteAsync(claims, stop);
        await writer.WriteAsync(masters, stop);
        await writer.WriteAsync(facts, stop);
        return claims.Count + masters.Count + facts.Count;
    }
}
