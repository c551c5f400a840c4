namespace CrmCloud.Store.Sqlite;

/// <summary>What a file looks like inside, and how an older one becomes a current one.</summary>
internal static class Schema
{
    /// <summary>
    /// Step n turns a file of user_version n into n + 1. Steps are never changed once released, only added.
    /// </summary>
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE document (
            row INTEGER PRIMARY KEY,
            container INTEGER NOT NULL,
            partition TEXT NOT NULL,
            id TEXT NOT NULL,
            kind TEXT NOT NULL,
            version INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            expires INTEGER,
            deleted INTEGER NOT NULL,
            body TEXT
        ) STRICT;
        CREATE UNIQUE INDEX address ON document (container, partition, id);
        CREATE UNIQUE INDEX change ON document (container, seq);
        CREATE INDEX expiry ON document (expires) WHERE expires IS NOT NULL;
        CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
        INSERT INTO counter (name, value) VALUES ('sequence', 0);
        """,
    ];

    private const string IndexPrefix = "by ";

    public static int Version => Steps.Length;

    /// <summary>
    /// JSON's member at a path, spelled the same in indexes and queries so that SQLite sees they are one.
    /// </summary>
    public static string Extract(string path) => $"json_extract(body, '{JsonPath(path)}')";

    public static string JsonPath(string path) => "$.\"" + path.Replace(".", "\".\"", StringComparison.Ordinal) + "\"";

    public static string NameOf(StoreIndex index) =>
        $"{IndexPrefix}{index.Container}/{index.Kind}/{string.Join('+', index.Paths)}";

    /// <summary>Sets up the writing connection; the first ones must come before the first table.</summary>
    /// <remarks>
    /// A log of 64 MB before it is folded in: ids are random, so every write dirties another page of an index, and a
    /// page dirtied often is folded in once. A million customers in a tenant cost 10 KB of disk traffic per document
    /// so, 13 KB with a log of 16 MB. Pages of 4 KB would cost 8 KB, but a fifth more time for smaller tenants.
    /// </remarks>
    public static void Configure(Connection db, SqliteStoreOptions options)
    {
        db.Execute($"""
            PRAGMA page_size = 8192;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA secure_delete = ON;
            PRAGMA foreign_keys = OFF;
            PRAGMA mmap_size = 0;
            PRAGMA cache_size = -{options.WriterCacheKilobytes};
            PRAGMA soft_heap_limit = {options.MaxCacheBytes};
            PRAGMA wal_autocheckpoint = 8000;
            PRAGMA journal_size_limit = 16777216;
            """);

        if (options.MaxFileBytes is { } most)
        {
            db.Execute($"PRAGMA max_page_count = {Math.Max(1, most / db.Number("PRAGMA page_size"))}");
        }
    }

    /// <summary>Brings the file to this program's schema and indexes.</summary>
    /// <exception cref="StoreUnavailableException">A newer program wrote the file; it is left untouched.</exception>
    public static void Migrate(Connection db, IEnumerable<StoreIndex> indexes)
    {
        var version = db.Number("PRAGMA user_version");
        if (version > Version)
        {
            throw new StoreUnavailableException(
                $"The file has schema {version}; this program knows up to {Version}. Use the newer program.");
        }

        for (; version < Version; version++)
        {
            InTransaction(db, $"{Steps[version]} PRAGMA user_version = {version + 1};");
        }

        AlignIndexes(db, indexes.ToDictionary(NameOf, Create));
    }

    private static void AlignIndexes(Connection db, Dictionary<string, string> declared)
    {
        var obsolete = new List<string>();
        var existing = db.Prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND name LIKE 'by %'");
        while (existing.Step())
        {
            var name = existing.Text(0);
            if (!declared.TryGetValue(name, out var sql) || sql != existing.Text(1))
            {
                obsolete.Add(name);
            }
            else
            {
                declared.Remove(name);
            }
        }

        existing.Reset();
        if (obsolete.Count + declared.Count > 0)
        {
            var drops = obsolete.Select(name => $"DROP INDEX \"{name}\"");
            InTransaction(db, string.Join(";\n", [.. drops, .. declared.Values]));
        }
    }

    private static string Create(StoreIndex index)
    {
        if (!Addresses.IsKind(index.Kind) || index.Paths.Count == 0 || !index.Paths.All(Addresses.IsPath))
        {
            throw new ArgumentException($"'{NameOf(index)}' cannot be indexed.", nameof(index));
        }

        var members = string.Join(", ", index.Paths.Select(Extract));
        return $"CREATE INDEX \"{NameOf(index)}\" ON document (partition, {members}, id) " +
            $"WHERE container = {(int)index.Container} AND kind = '{index.Kind}' AND deleted = 0";
    }

    private static void InTransaction(Connection db, string sql)
    {
        db.Execute("BEGIN IMMEDIATE");
        try
        {
            db.Execute(sql);
            db.Execute("COMMIT");
        }
        finally
        {
            if (db.InTransaction)
            {
                db.Execute("ROLLBACK");
            }
        }
    }
}
