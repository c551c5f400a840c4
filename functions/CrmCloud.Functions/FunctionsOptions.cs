namespace CrmCloud.Functions;

/// <summary>Settings <c>CrmCloud:...</c>; in the app settings <c>CrmCloud__...</c>.</summary>
internal sealed class FunctionsOptions
{
    public const string Section = "CrmCloud";

    /// <summary>Set by the Functions host: where it posts what triggers bring.</summary>
    public const string PortVariable = "FUNCTIONS_CUSTOMHANDLER_PORT";

    /// <summary><c>Sqlite</c> or <c>Cosmos</c>. Default Sqlite, for a machine of one's own.</summary>
    public string Store { get; set; } = "Sqlite";

    /// <summary>Where the embedded store lies; one process at a time has it.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>The account's address, such as <c>https://name.documents.azure.com</c>.</summary>
    public string CosmosEndpoint { get; set; } = "";

    public string CosmosDatabase { get; set; } = "";

    /// <summary>1 to 65535.</summary>
    public int Port { get; private set; }

    /// <exception cref="StartRefusedException">A setting is missing, wrong or unknown.</exception>
    public static FunctionsOptions Read(IConfiguration configuration)
    {
        var (options, section) = (new FunctionsOptions(), configuration.GetSection(Section));
        string[] known = [nameof(Store), nameof(DataDirectory), nameof(CosmosEndpoint), nameof(CosmosDatabase)];
        var unknown = section.GetChildren().Where(one => !known.Contains(one.Key, StringComparer.OrdinalIgnoreCase));
        if (unknown.FirstOrDefault() is { } odd)
        {
            throw new StartRefusedException(
                $"There is no setting CrmCloud__{odd.Key}. There are {string.Join(", ", known)}.");
        }

        section.Bind(options);
        options.Port = int.TryParse(configuration[PortVariable], out var port) && port is > 0 and < 65_536
            ? port
            : throw new StartRefusedException(
                $"{PortVariable} is no port. The Functions host sets it when it starts this program.");
        options.CheckStore();
        return options;
    }

    private void CheckStore()
    {
        if (Store.Equals("Sqlite", StringComparison.OrdinalIgnoreCase))
        {
            if (string.IsNullOrWhiteSpace(DataDirectory))
            {
                throw new StartRefusedException(
                    "CrmCloud__Store is Sqlite, so CrmCloud__DataDirectory must name a folder.");
            }
        }
        else if (Store.Equals("Cosmos", StringComparison.OrdinalIgnoreCase))
        {
            throw new StartRefusedException(
                "CrmCloud__Store is Cosmos, but this build has no adapter for Cosmos DB; it can only use Sqlite.");
        }
        else
        {
            throw new StartRefusedException("CrmCloud__Store must be Sqlite or Cosmos.");
        }
    }
}

/// <summary>The program cannot start; the message says why in a line for operators.</summary>
internal sealed class StartRefusedException(string message) : Exception(message);
