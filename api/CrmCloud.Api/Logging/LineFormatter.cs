using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace CrmCloud.Api.Logging;

/// <summary>One line per entry: instant, level, category, message, and of an exception its kind and places.</summary>
/// <remarks>
/// An exception's own text may quote what a client sent, so it is left out. The framework's lines below Warning carry
/// addresses with their query strings, so they are dropped whatever the configured level is.
/// </remarks>
public sealed class LineFormatter(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";
    private const int MostFrames = 30;

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (logEntry.LogLevel < LogLevel.Warning
            && logEntry.Category.StartsWith("Microsoft.", StringComparison.Ordinal))
        {
            return;
        }

        // A start that fails is answered by one line of our own (see Server), and not by the framework's trace.
        if (logEntry.Exception is IOException && logEntry.Category == "Microsoft.Extensions.Hosting.Internal.Host")
        {
            return;
        }

        var line = new StringBuilder();
        line.Append(clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"))
            .Append(' ').Append(Word(logEntry.LogLevel)).Append(' ').Append(logEntry.Category).Append(": ")
            .Append(OneLine(logEntry.Formatter(logEntry.State, null)));
        for (var failure = logEntry.Exception; failure is not null; failure = failure.InnerException)
        {
            line.Append(" | ").Append(failure.GetType().FullName).Append(OneLine(Places(failure)));
        }

        textWriter.WriteLine(line.ToString());
    }

    private static string Places(Exception failure) =>
        string.Concat((failure.StackTrace ?? "").Split('\n').Take(MostFrames).Select(frame => " " + frame.Trim()));

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };
}
