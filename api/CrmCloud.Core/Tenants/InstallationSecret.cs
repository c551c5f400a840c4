using System.Security.Cryptography;
using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <summary>
/// 32 random bytes of this installation, made at its first start. Cursors are signed with what follows from it.
/// </summary>
public sealed record InstallationSecret : IDocument
{
    public required byte[] Secret { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf();

    public static DocumentKey KeyOf() => new(Container.Directory, "", "secret/installation");
}

/// <summary>What belongs to the installation as a whole rather than to a tenant.</summary>
public sealed class Installation(IDocumentStore stores)
{
    private byte[]? _secret;

    /// <summary>The secret; reads or makes it once, then answers from memory.</summary>
    /// <exception cref="StoreUnavailableException">The store can neither read nor write it now.</exception>
    public async ValueTask<byte[]> SecretAsync(CancellationToken stop) => _secret ??= await LoadAsync(stop);

    private async Task<byte[]> LoadAsync(CancellationToken stop)
    {
        if (await stores.Directory.FindAsync<InstallationSecret>(InstallationSecret.KeyOf(), stop) is { } found)
        {
            return found.Secret;
        }

        try
        {
            var made = new InstallationSecret { Secret = RandomNumberGenerator.GetBytes(32) };
            await stores.Directory.SaveAsync(Batch.Of(made), stop);
            return made.Secret;
        }
        catch (VersionConflictException)
        {
            // Another process started at the same moment and was faster: its secret is the one.
            return (await stores.Directory.FindAsync<InstallationSecret>(InstallationSecret.KeyOf(), stop))!.Secret;
        }
    }
}
