namespace CrmCloud.Api.CommandLine;

/// <summary>What the process says to scripts.</summary>
public static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotFound = 3;

    /// <summary>
    /// Understood, but not allowed in this state: it exists already, somebody else has the data directory.
    /// </summary>
    public const int Refused = 4;
}
