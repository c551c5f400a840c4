using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api;

/// <summary>Settings <c>CrmCloud:...</c>; in the environment <c>CrmCloud__...</c>.</summary>
/// <remarks>
/// The data directory is made if missing, readable by its owner only. Default: the user's local application data
/// (Linux: ~/.local/share/CrmCloud), so that server and command line find the same data from whichever folder they are
/// started; without a home folder ./data. Uploads and the control socket lie there with either store.
/// </remarks>
public sealed class CrmCloudOptions : StoreSettings
{
    public CrmCloudOptions() => DataDirectory = DefaultDataDirectory();

    /// <summary>The demo tenant's key, accepted as given. 32 to 200 visible ASCII characters; null makes one.</summary>
    public string? DemoKey { get; set; }

    /// <summary>
    /// Whether an empty data directory gets the demo tenant, under the other conditions. Default true.
    /// </summary>
    public bool Demo { get; set; } = true;

    /// <summary>
    /// Whether this process keeps figures, segments and all that follows from them. Default true; false where the
    /// Functions app does. Imports run here in any case.
    /// </summary>
    public bool Workers { get; set; } = true;

    /// <summary>
    /// Seconds after which another process takes over the work of one that died: with <c>Store=Cosmos</c> processes
    /// share the change feed in leases. 3 to 600, default 30; each lease costs about 6 small calls in that time.
    /// </summary>
    public int FeedLeaseSeconds { get; set; } = 30;

    /// <summary>
    /// Addresses or networks of the proxies in front, such as <c>10.0.0.5, 10.1.0.0/16</c>: only what they say of a
    /// client's address and scheme is believed. Null, the default: nobody is.
    /// </summary>
    public string? TrustedProxies { get; set; }

    private static string DefaultDataDirectory()
    {
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return local.Length > 0 ? Path.Combine(local, "CrmCloud") : Path.GetFullPath("data");
    }
}

/// <summary>Stops the start, not a request, and names the setting and how to write it.</summary>
public sealed class CrmCloudOptionsCheck : IValidateOptions<CrmCloudOptions>
{
    public ValidateOptionsResult Validate(string? name, CrmCloudOptions options)
    {
        // Uploads lie in the data directory with either store.
        var faults = options.StoreFaults().Union(options.DataDirectoryFaults()).ToList();

        if (HostLimits.NetworksOf(options.TrustedProxies) is null)
        {
            faults.Add("CrmCloud:TrustedProxies (environment CrmCloud__TrustedProxies) holds what is neither an "
                + "address nor a network; write such as 10.0.0.5, 10.1.0.0/16, with commas between.");
        }

        if (options.FeedLeaseSeconds is < 3 or > 600)
        {
            faults.Add("CrmCloud:FeedLeaseSeconds (environment CrmCloud__FeedLeaseSeconds) must be 3 to 600.");
        }

        // The key itself is never part of the message: messages end up in logs.
        if (options.DemoKey is { Length: > 0 } key && KeyFault(key) is { } fault)
        {
            faults.Add($"CrmCloud:DemoKey (environment CrmCloud__DemoKey) {fault}");
        }

        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    private static string? KeyFault(string key)
    {
        if (key.Length is < KeyText.LeastLength or > KeyText.MostLength)
        {
            return $"has {key.Length} characters; a key has {KeyText.LeastLength} to {KeyText.MostLength}.";
        }

        if (!key.All(c => c is > ' ' and < '\u007f'))
        {
            return "holds a character that a header cannot carry; use letters, digits and '-', '_'.";
        }

        return KeyText.IsDamaged(key)
            ? "begins like one of our own keys but its checksum is wrong; copy it again or choose another beginning."
            : null;
    }
}
