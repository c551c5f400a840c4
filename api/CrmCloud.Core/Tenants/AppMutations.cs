using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <param name="Scopes">What its keys may do; at most what the calling key may do itself.</param>
/// <param name="Mode">Must be the mode of the calling key: live apps are made with a live key.</param>
/// <param name="ExpiresAt">When its first key ends; null for never.</param>
public sealed record AppCreateInput(
    [property: MaxLength(100)] string Name, IReadOnlyList<Scope> Scopes,
    DataMode Mode, DateTimeOffset? ExpiresAt = null);

public sealed record IdInput([property: Id] string Id);

/// <param name="Secret">The key, shown only in the first answer; a repeated request does not show it again.</param>
public sealed record AppCreatePayload(App? App, [property: System.Text.Json.Serialization.JsonIgnore] string? Secret);

/// <param name="Secret">The new key, shown only once.</param>
public sealed record AppKeyRotatePayload(
    App? App, [property: System.Text.Json.Serialization.JsonIgnore] string? Secret);

public sealed record AppKeyRevokePayload(App? App);

public sealed record AppDisablePayload(App? App);

/// <summary>Applications and their keys.</summary>
public sealed class AppMutations
{
    private static readonly TimeSpan OldKeyLives = TimeSpan.FromHours(24);
    private const int MostKeys = 20;

    /// <summary>Makes an application with its first key. The secret is shown once.</summary>
    [Mutation, RequiresScope(Scope.AdminAccess)]
    public async Task<Outcome<Change<AppCreatePayload>>> AppCreateAsync(
        AppCreateInput input, Caller caller, CancellationToken stop)
    {
        if (Refuse(input, caller) is { Count: > 0 } problems)
        {
            return problems;
        }

        // An app that no list shows could be neither seen nor stopped.
        var known = new Query(Container.Master, "", "app") { Take = TenantQueries.MostApps };
        if ((await caller.Store.QueryAsync<App>(known, stop)).Items.Count >= TenantQueries.MostApps)
        {
            return new InvalidInput(UserErrorCode.QuotaExceeded,
                $"There are {TenantQueries.MostApps} apps, the most a tenant can have in one mode.", "input");
        }

        var appId = caller.Ids.Next().ToString("N");
        var (key, secret) = NewKey(appId, caller, input.ExpiresAt);
        var app = new App
        {
            AppId = appId,
            Name = input.Name.Trim(),
            Scopes = [.. input.Scopes.Distinct()],
            Mode = input.Mode,
            Keys = [key],
            CreatedAt = caller.Now,
            UpdatedAt = caller.Now,
        };
        var change = new Change<AppCreatePayload>(new(app with { Version = 1 }, secret))
        {
            Pointers = [Pointer(app, key, caller)],
        };
        return change.With(null, app);
    }

    /// <summary>A new key; the old ones stay valid for 24 h. Revoke a leaked key with appKeyRevoke instead.</summary>
    [Mutation, RequiresScope(Scope.AdminAccess)]
    public async Task<Outcome<Change<AppKeyRotatePayload>>> AppKeyRotateAsync(
        IdInput input, Caller caller, CancellationToken stop)
    {
        if (await FindAsync(input.Id, caller, stop) is not { } before)
        {
            return Problems.NotFound("app", "input.id");
        }

        // Who rotates a key holds it: nobody may come by scopes that way which his own key lacks.
        if (MissingScopes(before.Scopes, caller) is { Count: > 0 } missing)
        {
            return Problems.Invalid(
                "input.id", $"The calling key does not hold {string.Join(", ", missing)}, which this app has.");
        }

        var (key, secret) = NewKey(before.AppId, caller, null);
        var ending = caller.Now + OldKeyLives;
        var kept = before.Keys.TakeLast(MostKeys - 1)
            .Select(k => k.IsLive(caller.Now) && !(k.ExpiresAt < ending) ? k with { ExpiresAt = ending } : k);
        var after = before with { Keys = [.. kept, key], UpdatedAt = caller.Now };
        return new Change<AppKeyRotatePayload>(new(Saved(after), secret)) { Pointers = [Pointer(after, key, caller)] }
            .With(before, after);
    }

    /// <summary>Ends a key at once: within 5 seconds it answers 401 everywhere.</summary>
    [Mutation, RequiresScope(Scope.AdminAccess)]
    public async Task<Outcome<Change<AppKeyRevokePayload>>> AppKeyRevokeAsync(
        IdInput input, Caller caller, CancellationToken stop)
    {
        // The id of a key names its app, so that it can be found: "{app}.{key}".
        var parts = GlobalId.Local(input.Id, "ApiKey")?.Split('.');
        var before = parts is { Length: 2 } ? await caller.Store.FindAsync<App>(App.KeyOf(parts[0]), stop) : null;
        if (before is null || before.Keys.All(k => k.KeyId != GlobalId.Local(input.Id, "ApiKey")))
        {
            return Problems.NotFound("key", "input.id");
        }

        var keys = before.Keys.Select(k => k.Id == input.Id ? k with { RevokedAt = k.RevokedAt ?? caller.Now } : k);
        var after = before with { Keys = [.. keys], UpdatedAt = caller.Now };
        return new Change<AppKeyRevokePayload>(new(Saved(after))).With(before, after);
    }

    /// <summary>Ends all keys of an application at once.</summary>
    [Mutation, RequiresScope(Scope.AdminAccess)]
    public async Task<Outcome<Change<AppDisablePayload>>> AppDisableAsync(
        IdInput input, Caller caller, CancellationToken stop)
    {
        if (await FindAsync(input.Id, caller, stop) is not { } before)
        {
            return Problems.NotFound("app", "input.id");
        }

        if (before.AppId == caller.App.AppId)
        {
            return new InvalidInput(
                UserErrorCode.WrongState, "An app cannot disable itself; use another admin key.", "input.id");
        }

        var after = before with { Disabled = true, UpdatedAt = caller.Now };
        return new Change<AppDisablePayload>(new(Saved(after))).With(before, after);
    }

    private static List<Problem> Refuse(AppCreateInput input, Caller caller)
    {
        var problems = new List<Problem>();
        if (string.IsNullOrWhiteSpace(input.Name))
        {
            problems.Add(Problems.Required("input.name"));
        }

        if (input.Mode != caller.Mode)
        {
            problems.Add(Problems.Invalid("input.mode", "Make an app of this mode with a key of this mode."));
        }

        var missing = MissingScopes(input.Scopes, caller);
        if (missing.Count > 0 || input.Scopes.Count == 0)
        {
            problems.Add(Problems.Invalid("input.scopes",
                missing.Count > 0
                    ? $"The calling key does not hold {string.Join(", ", missing)}."
                    : "Name at least one scope.",
                [.. caller.App.Scopes.Select(s => Problem.PublicName(s))]));
        }

        if (input.ExpiresAt <= caller.Now)
        {
            problems.Add(Problems.OutOfRange("input.expiresAt", "Must lie in the future."));
        }

        return problems;
    }

    private static List<string> MissingScopes(IEnumerable<Scope> scopes, Caller caller) =>
        [.. scopes.Where(s => !caller.Has(s)).Select(s => Problem.PublicName(s))];

    private static async Task<App?> FindAsync(string id, Caller caller, CancellationToken stop) =>
        GlobalId.Local(id, "App") is { } appId ? await caller.Store.FindAsync<App>(App.KeyOf(appId), stop) : null;

    private static (ApiKey Key, string Secret) NewKey(string appId, Caller caller, DateTimeOffset? expiresAt)
    {
        var secret = KeyText.New(caller.Mode);
        var id = $"{appId}.{caller.Ids.Next().ToString("N")[..12]}";
        return (ApiKey.For(id, secret, caller.Now, expiresAt), secret);
    }

    private static KeyPointer Pointer(App app, ApiKey key, Caller caller) => new()
    {
        Fingerprint = key.Fingerprint,
        Tenant = caller.Tenant.Slug,
        Mode = app.Mode,
        AppId = app.AppId,
    };

    private static App Saved(App app) => app with { Version = app.Version + 1 };
}
