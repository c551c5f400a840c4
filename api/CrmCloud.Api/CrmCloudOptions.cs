using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Validation;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api;

/// <summary>Settings <c>CrmCloud:...</c>; in the environment <c>CrmCloud__...</c>.</summary>
public sealed class CrmCloudOptions
{
    public const string Section = "CrmCloud";

    /// <summary>
    /// Where the embedded store lies; made if missing, readable by its owner only. Default: the user's local
    /// application data (Linux: ~/.local/share/CrmCloud), so that server and command line find the same data from
    /// whichever folder they are started; without a home folder ./data.
    /// </summary>
    public string DataDirectory { get; set; } = DefaultDataDirectory();

    /// <summary>The demo tenant's key, accepted as given. 32 to 200 visible ASCII characters; null makes one.</summary>
    public string? DemoKey { get; set; }

    /// <summary>
    /// Whether an empty data directory gets the demo tenant, under the other conditions. Default true.
    /// </summary>
    public bool Demo { get; set; } = true;

    /// <summary><c>Sqlite</c>, the default: files in the data directory; or <c>Cosmos</c>: an account of Azure.</summary>
    public string Store { get; set; } = "Sqlite";

    /// <summary>Such as <c>https://name.documents.azure.com:443/</c>. Needed with Store=Cosmos.</summary>
    public string? CosmosEndpoint { get; set; }

    /// <summary>The account's key; null signs in with the Azure identity that the program runs under.</summary>
    public string? CosmosKey { get; set; }

    /// <summary>Default <c>crmcloud</c>.</summary>
    public string CosmosDatabase { get; set; } = "crmcloud";

    /// <summary>Client id of a user-assigned identity, where there are several.</summary>
    public string? CosmosIdentityClientId { get; set; }

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

/// <summary>A setting that does not exist is a spelling mistake whose author believes that it is in force.</summary>
public static class SettingNames
{
    /// <summary>One sentence for each name below the section that means nothing, with the nearest that does.</summary>
    public static IReadOnlyList<string> Faults(IConfiguration configuration)
    {
        var known = typeof(CrmCloudOptions).GetProperties().Select(p => p.Name).ToList();
        var names = configuration.GetSection(CrmCloudOptions.Section).GetChildren().Select(s => s.Key)
            .Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase));
        return [.. names.Select(name => $"There is no setting CrmCloud:{name} (environment CrmCloud__{name})."
            + Suggestion.Sentence(Suggestion.Nearest(name, known)) + $" There are {string.Join(", ", known)}.")];
    }
}

/// <summary>Stops the start, not a request, and names the setting and how to write it.</summary>
public sealed class CrmCloudOptionsCheck : IValidateOptions<CrmCloudOptions>
{
    public ValidateOptionsResult Validate(string? name, CrmCloudOptions options)
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.DataDirectory))
        {
            faults.Add("CrmCloud:DataDirectory (environment CrmCloud__DataDirectory) is empty; name a folder.");
        }
        else if (File.Exists(options.DataDirectory))
        {
            faults.Add("CrmCloud:DataDirectory (environment CrmCloud__DataDirectory) names a file; name a folder.");
        }

        faults.AddRange(StoreFaults(options));
        if (HostLimits.NetworksOf(options.TrustedProxies) is null)
        {
            faults.Add("CrmCloud:TrustedProxies (environment CrmCloud__TrustedProxies) holds what is neither an address "
                + "nor a network; write such as 10.0.0.5, 10.1.0.0/16, with commas between.");
        }

        // The key itself is never part of the message: messages end up in logs.
        if (options.DemoKey is { Length: > 0 } key && KeyFault(key) is { } fault)
        {
            faults.Add($"CrmCloud:DemoKey (environment CrmCloud__DemoKey) {fault}");
        }

        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> StoreFaults(CrmCloudOptions options)
    {
        var cosmos = options.Store.Equals("Cosmos", StringComparison.OrdinalIgnoreCase);
        if (!cosmos && !options.Store.Equals("Sqlite", StringComparison.OrdinalIgnoreCase))
        {
            yield return "CrmCloud:Store (environment CrmCloud__Store) is neither Sqlite nor Cosmos.";
        }

        if (cosmos && !(Uri.TryCreate(options.CosmosEndpoint, UriKind.Absolute, out var endpoint)
            && endpoint.Scheme is "https" or "http"))
        {
            yield return "CrmCloud:CosmosEndpoint (environment CrmCloud__CosmosEndpoint) is no address; with "
                + "CrmCloud:Store=Cosmos name the account, such as https://name.documents.azure.com:443/.";
        }

        if (cosmos && string.IsNullOrWhiteSpace(options.CosmosDatabase))
        {
            yield return "CrmCloud:CosmosDatabase (environment CrmCloud__CosmosDatabase) is empty.";
        }
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
