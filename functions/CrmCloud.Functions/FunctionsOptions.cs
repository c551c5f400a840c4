using CrmCloud.Api;
using CrmCloud.Store;

namespace CrmCloud.Functions;

/// <summary>
/// What the program is told: which store (<c>CrmCloud__...</c>), and by the Functions host where to listen.
/// </summary>
/// <param name="Port">1 to 65535.</param>
internal sealed record FunctionsOptions(StoreSettings Store, int Port)
{
    /// <summary>Set by the Functions host: where it posts what triggers bring.</summary>
    public const string PortVariable = "FUNCTIONS_CUSTOMHANDLER_PORT";

    /// <exception cref="StartRefusedException">Names every setting that is missing, wrong or unknown.</exception>
    public static FunctionsOptions Read(IConfiguration configuration)
    {
        var faults = SettingNames.Faults<StoreSettings>(configuration).ToList();
        var store = new StoreSettings();
        if (faults.Count == 0)
        {
            configuration.GetSection(StoreSettings.Section).Bind(store);
            faults.AddRange(store.StoreFaults());
        }

        if (!int.TryParse(configuration[PortVariable], out var port) || port is <= 0 or >= 65_536)
        {
            faults.Add($"{PortVariable} is no port. The Functions host sets it when it starts this program.");
        }

        return faults.Count == 0 ? new(store, port) : throw new StartRefusedException(string.Join(' ', faults));
    }
}

/// <summary>The program cannot start; the message says why in a line for operators.</summary>
internal sealed class StartRefusedException(string message) : Exception(message);
