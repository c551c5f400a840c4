namespace CrmCloud.Functions;

/// <summary>
/// Once a night: everybody, due or not, so that a change no feed delivered comes in. Core counts anew whoever has not
/// been since his own night; who does not fit into one run is taken by the next <see cref="DueRows"/>.
/// </summary>
internal static class NightlyRecount
{
    public static async Task<string> RunAsync(Invocation call, TriggerWork work, CancellationToken stop) =>
        TriggerWork.Report(await work.Rounds.EverybodyAsync(stop));
}
