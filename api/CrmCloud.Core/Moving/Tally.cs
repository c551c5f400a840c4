using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>
/// Counts and sums documents in whatever order they come, so that two readings of a tenant, of different stores or of a
/// file, can be compared without holding either in memory.
/// </summary>
/// <remarks>
/// A document's digest is SHA-256 of its address, version, whether it ends, and its JSON in one form; a group's is the
/// sum of four 64-bit lanes. It finds every difference that happens; who forges one on purpose is kept out by the
/// access to the store, not by this.
/// </remarks>
internal sealed class Tally
{
    private const int Lanes = 4;

    // Cosmos DB counts lives in whole seconds of its own clock.
    private const double MostDriftSeconds = 3;

    private readonly SortedDictionary<(DataMode Mode, int Container, string Kind), Group> _groups = [];
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public long Documents => _groups.Values.Sum(group => group.Documents + group.Tombstones);

    public IReadOnlyList<MovedCount> Counts =>
    [
        .. _groups.Select(pair => new MovedCount(
            pair.Key.Mode, pair.Key.Container < 0 ? null : (Container)pair.Key.Container, pair.Key.Kind,
            pair.Value.Documents, pair.Value.Tombstones, pair.Value.Digest)),
    ];

    public void Add(MovedDocument document)
    {
        var change = document.Change;
        var group = Of(document.Mode, (int)change.Key.Container, change.Key.Kind);
        _bytes.ResetWrittenCount();
        _bytes.Write(Encoding.UTF8.GetBytes(
            $"{change.Key.Partition}\n{change.Key.Id}\n{change.Version}\n{change.Deleted}\n"
            + $"{change.ExpiresAt is not null}\n"));
        if (!change.Deleted)
        {
            using var json = JsonDocument.Parse(change.Body);
            CanonicalJson.Write(json.RootElement, _bytes);
        }

        group.Add(SHA256.HashData(_bytes.WrittenSpan), change);
    }

    public void Add(MovedFile file, string sha256) =>
        Of(file.Mode, -1, "file").Add(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Name}\n{file.Bytes}\n{sha256}")), null);

    /// <summary>One sentence for each group that is not the same; empty when everything is.</summary>
    public IReadOnlyList<string> DifferencesFrom(Tally other) =>
    [
        .. _groups.Keys.Union(other._groups.Keys).Order()
            .Select(key => Difference(
                key, _groups.GetValueOrDefault(key) ?? new(), other._groups.GetValueOrDefault(key) ?? new()))
            .OfType<string>(),
    ];

    private static string? Difference((DataMode Mode, int Container, string Kind) key, Group one, Group other)
    {
        var name = $"{key.Mode.ToString().ToLowerInvariant()} {key.Kind}";
        if ((one.Documents, one.Tombstones) != (other.Documents, other.Tombstones))
        {
            return $"{name}: {one.Documents} and {one.Tombstones} deleted, "
                + $"not {other.Documents} and {other.Tombstones}";
        }

        if (one.Digest != other.Digest)
        {
            return $"{name}: as many ({one.Documents}), but of another content";
        }

        return Math.Abs(one.EndSeconds - other.EndSeconds) > MostDriftSeconds * one.Ending
            ? $"{name}: the same, but they end at other times"
            : null;
    }

    private Group Of(DataMode mode, int container, string kind)
    {
        if (!_groups.TryGetValue((mode, container, kind), out var group))
        {
            _groups[(mode, container, kind)] = group = new();
        }

        return group;
    }

    private sealed class Group
    {
        private readonly ulong[] _sums = new ulong[Lanes];

        public long Documents { get; private set; }

        public long Tombstones { get; private set; }

        /// <summary>How many have an end of life.</summary>
        public long Ending { get; private set; }

        public double EndSeconds { get; private set; }

        public string Digest => string.Concat(_sums.Select(sum => sum.ToString("x16", null)));

        public void Add(ReadOnlySpan<byte> digest, Change? change)
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                _sums[lane] = unchecked(_sums[lane] + BinaryPrimitives.ReadUInt64LittleEndian(digest[(lane * 8)..]));
            }

            Documents += change is { Deleted: true } ? 0 : 1;
            Tombstones += change is { Deleted: true } ? 1 : 0;
            Ending += change?.ExpiresAt is null ? 0 : 1;

            // Since 2020, so that sums of millions stay exact.
            EndSeconds += change?.ExpiresAt is { } end ? (end.ToUnixTimeMilliseconds() / 1_000.0) - 1_577_836_800 : 0;
        }
    }
}
