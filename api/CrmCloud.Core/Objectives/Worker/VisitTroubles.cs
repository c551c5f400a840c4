using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Worker;

/// <summary>
/// Keeps one objective or rule that fails from stopping the others: a dead letter says so until a later visit succeeds.
/// </summary>
internal sealed class VisitTroubles
{
    public const string Consumer = "objectives";

    private readonly DeadLetters _letters;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<DocumentKey, DeadLetter> _open;

    private VisitTroubles(DeadLetters letters, IEnumerable<DeadLetter> open, DateTimeOffset now) =>
        (_letters, _open, _now) = (letters, open.ToDictionary(letter => letter.Source), now);

    /// <summary>How many failed in this visit.</summary>
    public int Failed { get; private set; }

    public static async Task<VisitTroubles> OpenAsync(ITenantStore store, DateTimeOffset now, CancellationToken stop)
    {
        var letters = new DeadLetters(store, Consumer);
        return new(letters, await letters.ListAsync(stop), now);
    }

    /// <summary>Looks at one document, and buries it where that throws.</summary>
    /// <returns>What the look came to; the default where it failed.</returns>
    public async Task<T?> LookAsync<T>(IDocument of, Func<Task<T>> look, CancellationToken stop)
    {
        T result;
        try
        {
            result = await look();
        }
#pragma warning disable CA1031 // The edge: one must not stop the others. What passes by itself repeats the visit.
        catch (Exception trouble)
            when (trouble is not (OperationCanceledException or StoreUnavailableException or VersionConflictException))
#pragma warning restore CA1031
        {
            Failed++;
            await _letters.RecordAsync(of.Key, of.Version, DeadLetters.ReasonOf(trouble), _now, stop);
            return default;
        }

        await CloseAsync(of.Key, stop);
        return result;
    }

    /// <summary>Closes letters of what is not looked at any more: gone, closed or abandoned.</summary>
    public async Task CloseOthersAsync(IEnumerable<IDocument> looked, CancellationToken stop)
    {
        foreach (var key in _open.Keys.Except(looked.Select(document => document.Key)).ToList())
        {
            await CloseAsync(key, stop);
        }
    }

    private async Task CloseAsync(DocumentKey key, CancellationToken stop)
    {
        if (_open.Remove(key, out var letter))
        {
            await _letters.ResolveAsync(letter, stop);
        }
    }
}
