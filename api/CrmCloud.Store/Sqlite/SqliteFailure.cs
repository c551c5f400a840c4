using SQLitePCL;

namespace CrmCloud.Store.Sqlite;

/// <summary>
/// SQLite answered with an error. The message is SQLite's own; it names tables and limits, never values.
/// </summary>
internal sealed class SqliteFailure(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    /// <summary>Whether the cause lies outside the program: disk, permissions, locks, memory, a damaged file.</summary>
    public bool IsOutside => (code & 0xff) is raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN
        or raw.SQLITE_READONLY or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_NOMEM or raw.SQLITE_PROTOCOL
        or raw.SQLITE_PERM or raw.SQLITE_AUTH or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_NOLFS;

    /// <summary>
    /// What the port promises for it: unavailable for outside trouble; anything else is a bug and stays one.
    /// </summary>
    public Exception ForCaller() => IsOutside
        ? new StoreUnavailableException(
            (code & 0xff) == raw.SQLITE_FULL
                ? "The store is full; nothing was written."
                : "The store cannot be reached now.",
            this)
        : this;
}
