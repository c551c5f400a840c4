using System.Text.Json;

namespace CrmCloud.Core.Bulk;

/// <summary>
/// What a run that writes nothing would have written: for each record's name the hash of its content. So a dry run says
/// what the real one would, even where rows of one file are about the same thing.
/// </summary>
/// <remarks>
/// At most two million names (about 100 MB); beyond that, later repeats are compared with the store alone.
/// </remarks>
public sealed class CheckMemory
{
    private readonly Dictionary<ulong, ulong> _contents = [];

    public bool Knows(string name) => _contents.ContainsKey(Hash(name));

    /// <summary>The outcome as it would be had the earlier records been written.</summary>
    public RecordOutcome Correct(string name, object input, RecordOutcome decided)
    {
        var content = Hash(JsonSerializer.Serialize(input, input.GetType()));
        var known = _contents.TryGetValue(Hash(name), out var earlier);
        if (known || _contents.Count < BulkLimits.Groups)
        {
            _contents[Hash(name)] = content;
        }

        return !known ? decided : earlier == content ? RecordOutcome.Unchanged : RecordOutcome.Updated;
    }

    /// <summary>Whether it is met for the first time.</summary>
    public bool Add(string name) => _contents.Count >= BulkLimits.Groups || _contents.TryAdd(Hash(name), 0);

    private static ulong Hash(string text) => GroupIndex.Hash(text);
}
