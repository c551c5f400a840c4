namespace CrmCloud.Functions;

/// <summary>Every line this program writes. Names, ids and counts only.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Function} {Invocation} (retry {Retry}, late {Late}): {Line}, in {Milliseconds} ms")]
    public static partial void Ran(
        this ILogger log, string function, Guid invocation, int retry, bool late, string line, long milliseconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} {Invocation}: refused what was posted")]
    public static partial void Refused(this ILogger log, string function, Guid invocation, Exception refused);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} {Invocation}: cut off; to be tried again")]
    public static partial void CutOff(this ILogger log, string function, Guid invocation);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} {Invocation} failed; to be tried again")]
    public static partial void Failed(this ILogger log, string function, Guid invocation, Exception failure);
}
