using Microsoft.Extensions.Logging;

namespace CrmCloud.Api.Logging;

/// <summary>Every line the host writes. Names, ids and counts only; never a key, a body or a person.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed")]
    public static partial void RequestFailed(this ILogger log, string requestId, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId}: the store is unavailable")]
    public static partial void StoreUnavailable(this ILogger log, string requestId, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Request {RequestId}: too many wrong keys from one address; refused")]
    public static partial void GuessesRefused(this ILogger log, string requestId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Listening on {Addresses}; data in {Directory}")]
    public static partial void Listening(this ILogger log, string addresses, string directory);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "There is no tenant, so every key is refused. Make one with the same settings: "
            + "tenant create <slug> --currency GBP --time-zone Europe/London")]
    public static partial void NoTenant(this ILogger log);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Made the demo tenant: {Documents} documents in {Milliseconds} ms")]
    public static partial void DemoMade(this ILogger log, int documents, long milliseconds);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "The demo tenant could not be made; it is tried again at the next start")]
    public static partial void DemoFailed(this ILogger log, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "A command of the command line failed, or cannot reach this server; it listens again soon")]
    public static partial void CommandFailed(this ILogger log, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Command {Command} from this machine: {Result}")]
    public static partial void Commanded(this ILogger log, string command, string result);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Figures of {Tenant} ({Mode}) could not be brought up to date; tried again soon")]
    public static partial void VisitFailed(
        this ILogger log, string tenant, CrmCloud.Store.DataMode mode, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Following changes ({Feed}) met a fault; tried again")]
    public static partial void FeedFailed(this ILogger log, string feed, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Visits by timer met a fault; tried again")]
    public static partial void RoundFailed(this ILogger log, Exception failure);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Imports of {Tenant} ({Mode}) were cut off; they go on with the next visit")]
    public static partial void ImportFailed(this ILogger log,
        string tenant, CrmCloud.Store.DataMode mode, Exception failure);
}
