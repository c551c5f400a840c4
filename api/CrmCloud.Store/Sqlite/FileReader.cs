using System.Globalization;

namespace CrmCloud.Store.Sqlite;

/// <summary>
/// One read connection of one file. Every read is one snapshot and never waits for the writer, nor it for them.
/// </summary>
internal sealed class FileReader(Connection db, TimeProvider clock) : IDisposable
{
    // A page of the feed ends here even if fewer documents than asked for were read.
    private const int MaxChangeBytes = 8_000_000;

    private const string FindSql = """
        SELECT body FROM document WHERE container = ?1 AND partition = ?2 AND id = ?3
            AND deleted = 0 AND (expires IS NULL OR expires > ?4)
        """;

    private const string ChangesSql = """
        SELECT seq, partition, id, version, deleted, body, expires FROM document
        WHERE container = ?1 AND seq > ?2 AND (expires IS NULL OR expires > ?3) ORDER BY seq LIMIT ?4
        """;

    private readonly Statement _begin = db.Prepare("BEGIN");
    private readonly Statement _end = db.Prepare("COMMIT");
    private readonly Statement _find = db.Prepare(FindSql);
    private readonly Statement _changes = db.Prepare(ChangesSql);

    public T? Find<T>(DocumentKey key) where T : class, IDocument => Find<T>(key, Now());

    public List<T> FindMany<T>(IReadOnlyCollection<DocumentKey> keys) where T : class, IDocument => InSnapshot(() =>
    {
        var now = Now();
        var found = new List<T>(keys.Count);
        foreach (var key in keys)
        {
            if (Find<T>(key, now) is { } document)
            {
                found.Add(document);
            }
        }

        return found;
    });

    public Page<T> Query<T>(Query query) where T : class, IDocument => InSnapshot(() =>
    {
        var items = new List<T>(Math.Min(query.Take, 100));
        var positions = new List<Position>(items.Capacity);
        var hasMore = false;
        foreach (var part in QuerySql.Of(query, Now()))
        {
            hasMore = hasMore || ReadPart(part, query.Take, items, positions);
        }

        return new Page<T>(items, hasMore) { Positions = positions };
    });

    public ChangePage Changes(Container container, string? since, int take)
    {
        var from = since is null ? 0 : Continuation(since);
        var changes = new List<Change>(Math.Min(take, 100));
        var bytes = 0;
        try
        {
            _changes.Bind(1, (long)container).Bind(2, from).Bind(3, Now()).Bind(4, take);
            while (changes.Count < take && bytes < MaxChangeBytes && _changes.Step())
            {
                from = _changes.Number(0);
                var key = new DocumentKey(container, _changes.Text(1), _changes.Text(2));
                var body = _changes.Bytes(5).ToArray();
                changes.Add(new(key, _changes.Number(3), _changes.Number(4) != 0, body)
                {
                    ExpiresAt = _changes.IsNull(6) ? null : DateTimeOffset.FromUnixTimeMilliseconds(_changes.Number(6)),
                });
                bytes += body.Length;
            }
        }
        finally
        {
            _changes.Reset();
        }

        var next = from.ToString(CultureInfo.InvariantCulture);
        return new(changes, next, CaughtUp: changes.Count < take && bytes < MaxChangeBytes);
    }

    /// <summary>Binds the connection to its present user's wish to stop.</summary>
    public void Watch(CancellationToken stop) => db.Watch(stop);

    public void Dispose() => db.Dispose();

    private T? Find<T>(DocumentKey key, long now) where T : class, IDocument
    {
        try
        {
            _find.Bind(1, (long)key.Container).Bind(2, key.Partition).Bind(3, key.Id).Bind(4, now);
            return _find.Step() ? DocumentJson.Read<T>(_find.Bytes(0)) : null;
        }
        finally
        {
            _find.Reset();
        }
    }

    /// <returns>Whether there was a row more than the page takes.</returns>
    private bool ReadPart<T>(QuerySql part, int take, List<T> items, List<Position> positions)
        where T : class, IDocument
    {
        var statement = db.PrepareQuery(part.Text);
        try
        {
            for (var at = 0; at < part.Values.Count; at++)
            {
                statement.BindValue(at + 1, part.Values[at]);
            }

            while (statement.Step())
            {
                if (items.Count == take)
                {
                    return true;
                }

                items.Add(DocumentJson.Read<T>(statement.Bytes(0)));
                positions.Add(new(statement.Value(2), statement.Text(1)));
            }

            return false;
        }
        finally
        {
            statement.Reset();
        }
    }

    // One transaction: several statements see one state, and the file is locked and unlocked once.
    private T InSnapshot<T>(Func<T> read)
    {
        _begin.Run();
        try
        {
            return read();
        }
        finally
        {
            _end.Run();
        }
    }

    private static long Continuation(string since) =>
        long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw new ArgumentException("This is not a continuation of this store.", nameof(since));

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
