using System.Runtime.ExceptionServices;
using CrmCloud.Core.Jobs;

namespace CrmCloud.Functions;

/// <summary>One function: what it does with what its trigger brought.</summary>
/// <param name="Name">Its folder, and the path at which the host posts.</param>
/// <param name="IsFeed">Whether it wants documents; else a timer.</param>
/// <param name="RunAsync">Returns lines for the log when everything is written.</param>
internal sealed record Trigger(
    string Name, bool IsFeed, Func<Invocation, TriggerWork, CancellationToken, Task<string>> RunAsync);

/// <summary>What triggers may use.</summary>
internal sealed record TriggerWork(ChangeNotices Notices, VisitRounds Rounds, VisitSchedule Schedule)
{
    /// <summary>
    /// Fewer may be trouble that passes, and the delivery is repeated. A tenant with more is left to the timers: behind
    /// a repeated delivery wait the changes of everybody who shares the feed.
    /// </summary>
    public const int FailuresRepeated = 3;

    public async Task<string> ReceiveAsync(
        string name, Invocation call, Func<string, bool> wakes, CancellationToken stop)
    {
        var failing = 0;
        var report = await Notices.ReceiveAsync(name, call.Documents!, wakes, stop, async (tenant, failure) =>
        {
            if (failure is OperationCanceledException || await Schedule.FailuresAsync(tenant, stop) <= FailuresRepeated)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            Interlocked.Increment(ref failing);
        });
        return $"{call.Documents!.Count} documents: {report.Visited - failing} tenants visited, {report.Skipped} of no "
            + $"interest, {report.Unreadable} unreadable, {failing} failing and left to the timers";
    }

    /// <exception cref="RoundFailedException">Some visits failed; all others were made.</exception>
    public static string Report(RoundReport round) => round.Failed == 0
        ? $"{round.Visited} tenants visited{(round.Finished ? "" : "; more next time")}"
        : throw new RoundFailedException(
            $"{round.Visited} tenants visited, {round.Failed} visits failed", round.FirstFailure);
}

/// <summary>Visits failed; the host shall count the invocation as failed and try again.</summary>
internal sealed class RoundFailedException(string message, Exception? first) : Exception(message, first);

/// <summary>Every function of the app. A test compares them with the folders.</summary>
internal static class Triggers
{
    public static IReadOnlyDictionary<string, Trigger> All { get; } = new Trigger[]
    {
        new(nameof(KpiFromChanges), true, KpiFromChanges.RunAsync),
        new(nameof(SegmentsFromChanges), true, SegmentsFromChanges.RunAsync),
        new(nameof(PersonalizationFromChanges), true, PersonalizationFromChanges.RunAsync),
        new(nameof(DueRows), false, DueRows.RunAsync),
        new(nameof(PeriodClose), false, PeriodClose.RunAsync),
        new(nameof(NightlyRecount), false, NightlyRecount.RunAsync),
        new(nameof(Reconciliation), false, Reconciliation.RunAsync),
    }.ToDictionary(trigger => trigger.Name, StringComparer.Ordinal);
}
