using System.ComponentModel.DataAnnotations;

namespace CrmCloud.Store.Sqlite;

/// <summary>Where the embedded store lies and how much of the machine it may hold.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>A folder of its own, made if missing. One process at a time; it holds <c>crmcloud.lock</c>.</summary>
    [Required]
    public required string DataDirectory { get; init; }

    /// <summary>
    /// Files kept open while idle. Default 64. Files in use at one moment may exceed it for that moment.
    /// </summary>
    /// <remarks>
    /// An open file costs up to three descriptors per connection and its page caches; opening one again about 2 ms.
    /// </remarks>
    [Range(1, 4_096)]
    public int MaxOpenFiles { get; init; } = 64;

    /// <summary>
    /// Read connections per open file. Default 4: reads run on the callers' threads, so cores are the limit.
    /// </summary>
    [Range(1, 64)]
    public int ReadersPerFile { get; init; } = 4;

    /// <summary>
    /// Page cache of a file's writer, in KiB. Default 32 MiB. Taken as needed, given back when the file closes.
    /// </summary>
    [Range(256, 1_048_576)]
    public int WriterCacheKilobytes { get; init; } = 32_768;

    /// <summary>
    /// Page cache of each read connection, in KiB. Default 2 MiB; the operating system caches the rest.
    /// </summary>
    [Range(256, 1_048_576)]
    public int ReaderCacheKilobytes { get; init; } = 2_048;

    /// <summary>
    /// Bytes at which all page caches of the process together stop growing and reuse their pages. Default 256 MB.
    /// </summary>
    [Range(16_000_000, long.MaxValue)]
    public long MaxCacheBytes { get; init; } = 256_000_000;

    /// <summary>
    /// Bytes one tenant's file may grow to; writes beyond it are refused as if the disk were full, and go on once
    /// something was removed. Null, the default: the disk is the limit.
    /// </summary>
    [Range(1 << 16, long.MaxValue)]
    public long? MaxFileBytes { get; init; }

    /// <summary>Every path that queries sort or search by, from all features.</summary>
    public IReadOnlyList<StoreIndex> Indexes { get; init; } = [];
}
