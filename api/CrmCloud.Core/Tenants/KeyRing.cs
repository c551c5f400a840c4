using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <summary>
/// Why a key opens nothing. Clients read it as <c>extensions.reason</c>; never renamed, see api/PROBLEMS.md.
/// </summary>
public enum KeyRefusal
{
    KeyMissing,
    KeyMalformed,
    KeyDamaged,
    KeyUnknown,
    KeyRevoked,
    KeyExpired,
    AppDisabled,
    TenantSuspended,
}

/// <summary>What a good key opens.</summary>
public sealed record KeyHolder(Tenant Tenant, App App, ApiKey Key, ITenantStore Store, CursorSigner Cursors);

/// <summary>Either the holder or why there is none.</summary>
public readonly record struct KeyCheck(KeyHolder? Holder, KeyRefusal? Refusal)
{
    public static implicit operator KeyCheck(KeyRefusal refusal) => new(null, refusal);

    public static implicit operator KeyCheck(KeyHolder holder) => new(holder, null);
}

/// <summary>From the Authorization header to the tenant, app and store that the key opens.</summary>
/// <remarks>
/// The directory only says where to look; the app's own document decides. A good answer is kept for at most
/// <see cref="Kept"/>, so a key revoked by another process is dead well within 5 seconds, and at once in this one.
/// </remarks>
public sealed class KeyRing(IDocumentStore stores, Installation installation, TimeProvider clock)
{
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(2);

    /// <summary>Keys remembered at once; beyond it all are forgotten, which costs two reads each.</summary>
    public const int MostKept = 10_000;

    private const string Scheme = "Bearer ";
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private long _generation;

    /// <param name="authorization">The header's value; null or empty where the request has none.</param>
    public async ValueTask<KeyCheck> CheckAsync(string? authorization, CancellationToken stop)
    {
        if (string.IsNullOrWhiteSpace(authorization))
        {
            return KeyRefusal.KeyMissing;
        }

        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return KeyRefusal.KeyMalformed;
        }

        var key = authorization[Scheme.Length..].Trim();
        if (KeyText.IsDamaged(key))
        {
            return KeyRefusal.KeyDamaged;
        }

        return key.Length is >= KeyText.LeastLength and <= KeyText.MostLength && key.All(c => c is > ' ' and < '\u007f')
            ? await FindAsync(KeyText.Fingerprint(key), stop)
            : KeyRefusal.KeyMalformed;
    }

    /// <summary>
    /// To be called when an app or tenant of this process was saved: what was known of it no longer holds.
    /// </summary>
    public void Forget()
    {
        // First the number, then the entries: a lookup under way sees one or the other and does not keep an old answer.
        Interlocked.Increment(ref _generation);
        _known.Clear();
    }

    private async ValueTask<KeyCheck> FindAsync(string fingerprint, CancellationToken stop)
    {
        if (_known.TryGetValue(fingerprint, out var known) && clock.GetElapsedTime(known.ReadAt) < Kept)
        {
            return Judge(known.Holder);
        }

        var (readAt, generation) = (clock.GetTimestamp(), Interlocked.Read(ref _generation));
        if (await LoadAsync(fingerprint, stop) is not { } holder)
        {
            return KeyRefusal.KeyUnknown;
        }

        Keep(fingerprint, new(holder, readAt), generation);
        return Judge(holder);
    }

    private async Task<KeyHolder?> LoadAsync(string fingerprint, CancellationToken stop)
    {
        if (await stores.Directory.FindAsync<KeyPointer>(KeyPointer.KeyOf(fingerprint), stop) is not { } pointer)
        {
            return null;
        }

        var store = stores.Open(pointer.Tenant, pointer.Mode);
        var app = await store.FindAsync<App>(App.KeyOf(pointer.AppId), stop);
        var tenant = await store.FindAsync<Tenant>(Tenant.KeyOf(), stop);
        var key = app?.Keys.FirstOrDefault(key => Same(key.Fingerprint, fingerprint));
        if (app is null || tenant is null || key is null)
        {
            return null;
        }

        var secret = await installation.SecretAsync(stop);
        return new(tenant, app, key, store, CursorSigner.For(secret, tenant.Slug, pointer.Mode));
    }

    private void Keep(string fingerprint, Known known, long generation)
    {
        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }

        _known[fingerprint] = known;
        if (Interlocked.Read(ref _generation) != generation)
        {
            _known.TryRemove(fingerprint, out _);
        }
    }

    // On every use, because time alone ends a key's life.
    private KeyCheck Judge(KeyHolder holder)
    {
        if (holder.Key.RevokedAt is not null)
        {
            return KeyRefusal.KeyRevoked;
        }

        if (!holder.Key.IsLive(clock.GetUtcNow()))
        {
            return KeyRefusal.KeyExpired;
        }

        if (holder.App.Disabled)
        {
            return KeyRefusal.AppDisabled;
        }

        return holder.Tenant.Status is TenantStatus.Active or TenantStatus.ReadOnly
            ? holder
            : KeyRefusal.TenantSuspended;
    }

    private static bool Same(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(left), Encoding.ASCII.GetBytes(right));

    private readonly record struct Known(KeyHolder Holder, long ReadAt);
}
