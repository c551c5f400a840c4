using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <summary>What a new tenant is to be.</summary>
/// <param name="Slug">3 to 40 characters of a-z, 0-9 and '-', beginning with a letter.</param>
/// <param name="Currency">ISO 4217; every amount is recorded in it, for ever.</param>
/// <param name="TimeZone">IANA, such as Europe/London.</param>
public sealed record TenantRequest(string Slug, string Currency, string TimeZone)
{
    /// <summary>Null: the slug.</summary>
    public string? Name { get; init; }

    /// <summary>The mode of the first key.</summary>
    public DataMode Mode { get; init; } = DataMode.Live;

    /// <summary>The first key's text; null makes one. Only the demo's operator chooses it.</summary>
    public string? KeyText { get; init; }
}

/// <param name="KeyText">The key: shown now and never again, for only its hash is kept.</param>
public sealed record NewTenant(Tenant Tenant, App App, string KeyText);

/// <summary>Tenants as the operator sees them: made and listed from outside, not through GraphQL.</summary>
public sealed class TenantDirectory(IDocumentStore stores, TimeProvider clock)
{
    /// <summary>More tenants than one listing shows would belong on another screen.</summary>
    public const int MostListed = 10_000;

    private const int MostNameCharacters = 200;
    private const int MostKeys = 20;

    /// <summary>
    /// Makes the tenant in both modes, its first app with every scope, and that app's key. The entry in the directory
    /// is written last and decides: cut off before it, nothing exists and the same request works again.
    /// </summary>
    public async Task<Outcome<NewTenant>> CreateAsync(TenantRequest request, CancellationToken stop)
    {
        if (Refusals(request) is { Count: > 0 } refusals)
        {
            return refusals;
        }

        if (await FindAsync(request.Slug, stop) is not null)
        {
            return Exists(request.Slug);
        }

        try
        {
            return await MakeAsync(request, stop);
        }
        catch (VersionConflictException)
        {
            // One of those who collide gets through; which one only the directory knows.
            return new InvalidInput(UserErrorCode.TryAgain,
                "Another request makes this tenant at this moment.", "slug");
        }
    }

    private async Task<Outcome<NewTenant>> MakeAsync(TenantRequest request, CancellationToken stop)
    {
        var keyText = request.KeyText ?? KeyText.New(request.Mode);
        var app = FirstApp(request, keyText);
        if (!await PointAsync(keyText, request.Slug, app, stop))
        {
            return Problems.Invalid("key", "This key is in use elsewhere; choose another.");
        }

        var tenant = await SaveTenantAsync(request, stop);
        await stores.Open(request.Slug, request.Mode).SaveAsync(Batch.Of(app), stop);
        return await EnterAsync(request, app, stop)
            ? new NewTenant(tenant, app, keyText)
            : Exists(request.Slug);
    }

    public Task<TenantEntry?> FindAsync(string slug, CancellationToken stop) =>
        stores.Directory.FindAsync<TenantEntry>(TenantEntry.KeyOf(slug), stop);

    /// <summary>All tenants by slug, at most <see cref="MostListed"/>.</summary>
    public async Task<IReadOnlyList<TenantEntry>> ListAsync(CancellationToken stop)
    {
        var all = new List<TenantEntry>();
        var query = new Query(Container.Directory, "", "tenant") { Take = 1_000 };
        while (all.Count < MostListed)
        {
            var page = await stores.Directory.QueryAsync<TenantEntry>(query, stop);
            all.AddRange(page.Items);
            if (!page.HasMore)
            {
                break;
            }

            query = query with { After = new(null, all[^1].Key.Id) };
        }

        return all;
    }

    /// <summary>Whether there is a tenant at all.</summary>
    public async Task<bool> AnyAsync(CancellationToken stop)
    {
        var query = new Query(Container.Directory, "", "tenant") { Take = 1 };
        return (await stores.Directory.QueryAsync<TenantEntry>(query, stop)).Items.Count > 0;
    }

    /// <summary>The modes in which a tenant is read-only.</summary>
    public async Task<IReadOnlyList<DataMode>> ReadOnlyModesAsync(string slug, CancellationToken stop)
    {
        var modes = new List<DataMode>();
        foreach (var mode in Enum.GetValues<DataMode>())
        {
            var tenant = await stores.Open(slug, mode).FindAsync<Tenant>(Tenant.KeyOf(), stop);
            if (tenant?.Status == TenantStatus.ReadOnly)
            {
                modes.Add(mode);
            }
        }

        return modes;
    }

    /// <summary>
    /// A further app with every scope, of either mode, and its key. Only the operator of the machine may: a key of one
    /// mode grants nothing in the other.
    /// </summary>
    public async Task<Outcome<NewTenant>> AddAdministrationAsync(string slug, DataMode mode, CancellationToken stop)
    {
        if (!Addresses.IsTenant(slug) || await FindAsync(slug, stop) is null
            || await stores.Open(slug, mode).FindAsync<Tenant>(Tenant.KeyOf(), stop) is not { } tenant)
        {
            return Problems.NotFound("tenant", "slug");
        }

        var keyText = KeyText.New(mode);
        var app = FirstApp(new(slug, tenant.Currency, tenant.TimeZone) { Mode = mode }, keyText);
        await PointAsync(keyText, slug, app, stop);
        await stores.Open(slug, mode).SaveAsync(Batch.Of(app), stop);
        return new NewTenant(tenant, app, keyText);
    }

    /// <summary>Lets another key open an app too.</summary>
    /// <returns>The app as it is now; null when the key belongs to something else.</returns>
    public async Task<App?> AddKeyAsync(string slug, App app, string keyText, CancellationToken stop)
    {
        if (!await PointAsync(keyText, slug, app, stop))
        {
            return null;
        }

        var keys = app.Keys.TakeLast(MostKeys - 1).Append(NewKey(app.AppId, keyText));
        var changed = app with { Keys = [.. keys], UpdatedAt = clock.GetUtcNow() };
        await stores.Open(slug, app.Mode).SaveAsync(Batch.Of(changed), stop);
        return changed with { Version = app.Version + 1 };
    }

    // A pointer alone grants nothing, so it may be written before what it points to, and may outlive it.
    private async Task<bool> PointAsync(string keyText, string slug, App app, CancellationToken stop)
    {
        var pointer = new KeyPointer
        {
            Fingerprint = KeyText.Fingerprint(keyText),
            Tenant = slug,
            Mode = app.Mode,
            AppId = app.AppId,
        };
        var found = await stores.Directory.FindAsync<KeyPointer>(pointer.Key, stop);
        if (found is not null && found.Tenant != slug)
        {
            return false;
        }

        await stores.Directory.SaveAsync(Batch.Of(pointer with { Version = found?.Version ?? 0 }), stop);
        return true;
    }

    private async Task<Tenant> SaveTenantAsync(TenantRequest request, CancellationToken stop)
    {
        var tenant = Describe(request);
        foreach (var mode in (DataMode[])[DataMode.Live, DataMode.Sandbox])
        {
            var store = stores.Open(request.Slug, mode);
            var left = await store.FindAsync<Tenant>(Tenant.KeyOf(), stop);
            await store.SaveAsync(Batch.Of(tenant with { Version = left?.Version ?? 0 }), stop);
        }

        return tenant;
    }

    private async Task<bool> EnterAsync(TenantRequest request, App app, CancellationToken stop)
    {
        var store = stores.Open(request.Slug, request.Mode);
        try
        {
            await stores.Directory.SaveAsync(
                Batch.Of(new TenantEntry { Slug = request.Slug, CreatedAt = clock.GetUtcNow() }), stop);
        }
        catch (VersionConflictException)
        {
            // Another request for the slug was faster. Nobody was given this app's key, so the app goes.
            await store.DeleteIfUnchangedAsync(app with { Version = 1 }, stop);
            return false;
        }

        await RemoveLeftoversAsync(store, app, stop);
        return true;
    }

    // Apps of attempts that were cut off: their keys were never shown to anybody.
    private static async Task RemoveLeftoversAsync(ITenantStore store, App winner, CancellationToken stop)
    {
        var apps = await store.QueryAsync<App>(new(Container.Master, "", "app"), stop);
        foreach (var app in apps.Items.Where(app => app.AppId != winner.AppId))
        {
            await store.DeleteIfUnchangedAsync(app, stop);
        }
    }

    private App FirstApp(TenantRequest request, string keyText)
    {
        var (now, appId) = (clock.GetUtcNow(), IdSource.Unique.Next().ToString("N"));
        return new()
        {
            AppId = appId,
            Name = "Administration",
            Scopes = Enum.GetValues<Scope>(),
            Mode = request.Mode,
            Keys = [NewKey(appId, keyText)],
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private ApiKey NewKey(string appId, string keyText) =>
        ApiKey.For($"{appId}.{IdSource.Unique.Next().ToString("N")[..12]}", keyText, clock.GetUtcNow(), null);

    private List<Problem> Refusals(TenantRequest request)
    {
        var problems = TenantRules.Check(Describe(request));
        if (!Addresses.IsTenant(request.Slug) || !char.IsAsciiLetterLower(request.Slug[0]))
        {
            problems.Insert(0, Problems.Invalid(
                "slug", "A slug has 3 to 40 characters of a-z, 0-9 and '-', and begins with a letter."));
        }

        // Only here: it stays for ever, and a tenant whose currency ends must go on.
        if (Currency.TryParse(request.Currency, out var currency) && !currency.IsTender)
        {
            problems.Add(Problems.Invalid("currency", "Not a currency of ISO 4217 that is in use; GBP is one."));
        }

        if (request.Name?.Length > MostNameCharacters)
        {
            problems.Add(Problems.TooLong("name", request.Name.Length, MostNameCharacters));
        }

        return problems;
    }

    private Tenant Describe(TenantRequest request) => new()
    {
        Slug = request.Slug,
        Name = request.Name ?? request.Slug,
        Currency = request.Currency,
        TimeZone = request.TimeZone,
        CreatedAt = clock.GetUtcNow(),
        UpdatedAt = clock.GetUtcNow(),
    };

    private static Problem Exists(string slug) =>
        new InvalidInput(UserErrorCode.AlreadyExists, $"There is a tenant '{slug}' already.", "slug");
}
