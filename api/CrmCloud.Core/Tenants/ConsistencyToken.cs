using System.Text;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <summary>
/// How far a request has seen, as a client carries it from a mutation to its next requests: signed, good for one
/// tenant and mode.
/// </summary>
public static class ConsistencyToken
{
    public const string Header = "X-Consistency-Token";

    // Told from other things that the same signer seals.
    private const byte Form = (byte)'S';

    /// <summary>Null where the store needs none.</summary>
    public static string? Of(Caller caller) => caller.Store.Seen is { } seen
        ? caller.Cursors.Seal([Form, .. Encoding.UTF8.GetBytes(seen)])
        : null;

    /// <summary>Completes when the store has come as far as the token says.</summary>
    /// <returns>False for a token that is not of this tenant and mode.</returns>
    public static async Task<bool> CatchUpAsync(
        string token, ITenantStore store, CursorSigner signer, CancellationToken stop)
    {
        if (signer.Open(token) is not [Form, .. var seen])
        {
            return false;
        }

        await store.CatchUpAsync(Encoding.UTF8.GetString(seen), stop);
        return true;
    }
}
