namespace CrmCloud.Functions;

/// <summary>
/// Actions to recommend changed. A lease of its own, so that trouble there holds up no segment, and the reverse.
/// </summary>
internal static class PersonalizationFromChanges
{
    public static IReadOnlySet<string> Kinds { get; } = new HashSet<string> { "action" };

    public static Task<string> RunAsync(Invocation call, TriggerWork work, CancellationToken stop) =>
        work.ReceiveAsync(nameof(PersonalizationFromChanges), call, Kinds.Contains, stop);
}
