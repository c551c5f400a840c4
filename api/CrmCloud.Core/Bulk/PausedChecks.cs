using System.Collections.Concurrent;

namespace CrmCloud.Core.Bulk;

/// <summary>What checks that gave up their turn know so far. Lost with the process: the check begins again.</summary>
/// <remarks>At most four at once, about 100 MB each at worst; a further check keeps its turn.</remarks>
public sealed class PausedChecks
{
    private const int Most = 4;

    private readonly ConcurrentDictionary<string, CheckMemory> _memories = new();

    /// <summary>False when there is no room.</summary>
    public bool TryKeep(string operationId, CheckMemory memory) =>
        _memories.Count < Most && _memories.TryAdd(operationId, memory);

    /// <summary>Null when nothing is kept of it.</summary>
    public CheckMemory? Take(string operationId) => _memories.TryRemove(operationId, out var memory) ? memory : null;
}
