namespace CrmCloud.Store.Sqlite;

/// <summary>
/// Writes batches into one file, several in one transaction, so that they share one flush of the disk.
/// </summary>
/// <remarks>
/// A batch is checked in full before its first row is touched. A conflict is therefore found while nothing of the
/// batch is written, and its neighbours in the transaction go on undisturbed, without a savepoint for each.
/// </remarks>
internal sealed class BatchWriter(Connection db, TimeProvider clock) : IDisposable
{
    /// <summary>
    /// Expired rows removed in one transaction; the next ones wait, so that no caller waits for a great sweep.
    /// </summary>
    public const int SweepStep = 500;

    private const string FindSql =
        "SELECT row, version, deleted, expires FROM document WHERE container = ?1 AND partition = ?2 AND id = ?3";

    private const string InsertSql = """
        INSERT INTO document (version, seq, expires, deleted, body, container, partition, id, kind)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """;

    private const string UpdateSql =
        "UPDATE document SET version = ?1, seq = ?2, expires = ?3, deleted = ?4, body = ?5 WHERE row = ?6";

    private const string SweepSql = """
        DELETE FROM document WHERE row IN (SELECT row FROM document WHERE expires <= ?1 ORDER BY expires LIMIT ?2)
        """;

    private readonly Statement _begin = db.Prepare("BEGIN IMMEDIATE");
    private readonly Statement _commit = db.Prepare("COMMIT");
    private readonly Statement _find = db.Prepare(FindSql);
    private readonly Statement _insert = db.Prepare(InsertSql);
    private readonly Statement _update = db.Prepare(UpdateSql);
    private readonly Statement _remove = db.Prepare("DELETE FROM document WHERE row = ?1");
    private readonly Statement _count = db.Prepare("UPDATE counter SET value = ?1 WHERE name = 'sequence'");
    private readonly Statement _sweep = db.Prepare(SweepSql);
    private readonly Statement _expired = db.Prepare("SELECT 1 FROM document WHERE expires <= ?1 LIMIT 1");
    private readonly Found[] _found = new Found[Batch.MaxWrites];
    private long _sequence = db.Number("SELECT value FROM counter WHERE name = 'sequence'");

    /// <summary>Writes what can be written and notes on each batch why it was not, if so. Throws nothing.</summary>
    public void Write(IReadOnlyList<PendingBatch> round)
    {
        // One batch that cannot be written must not take its neighbours down, so a failed round is tried one by one.
        if (!TryWrite(round) && round.Count > 1)
        {
            foreach (var batch in round)
            {
                TryWrite([batch]);
            }
        }
    }

    /// <summary>Removes some rows whose time has passed, and notes whether more are left. Throws nothing.</summary>
    public void Sweep(PendingBatch turn)
    {
        var now = Now();
        try
        {
            if (!AnyExpired(now))
            {
                return;
            }

            _begin.Run();
            _sweep.Bind(1, now).Bind(2, SweepStep).Run();
            _commit.Run();
            turn.MoreToSweep = AnyExpired(now);
        }
#pragma warning disable CA1031 // As below.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail([turn], failure);
        }
    }

    public void Dispose() => db.Dispose();

    private bool TryWrite(IReadOnlyList<PendingBatch> round)
    {
        var before = _sequence;
        try
        {
            _begin.Run();
            foreach (var batch in round)
            {
                batch.Failure = batch.Stop.IsCancellationRequested
                    ? new OperationCanceledException(batch.Stop)
                    : Apply(batch);
            }

            if (_sequence != before)
            {
                _count.Bind(1, _sequence).Run();
            }

            _commit.Run();
            return true;
        }
#pragma warning disable CA1031 // The edge: whatever went wrong is handed to those who wait, or they would wait on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail(round, failure);
            _sequence = before;
            return false;
        }
    }

    private void Fail(IReadOnlyList<PendingBatch> round, Exception failure)
    {
        try
        {
            RollBackIfOpen();
        }
        catch (SqliteFailure rollback)
        {
            failure = rollback;
        }

        foreach (var batch in round)
        {
            batch.Failure = failure is SqliteFailure sqlite ? sqlite.ForCaller() : failure;
        }
    }

    private void RollBackIfOpen()
    {
        if (db.InTransaction)
        {
            db.Execute("ROLLBACK");
        }
    }

    private VersionConflictException? Apply(PendingBatch batch)
    {
        var now = Now();
        for (var at = 0; at < batch.Writes.Count; at++)
        {
            var write = batch.Writes[at];
            _found[at] = Find(write.Key, now);
            if (write.IsGuarded && _found[at].Version != write.Version)
            {
                return new(write.Key);
            }
        }

        for (var at = 0; at < batch.Writes.Count; at++)
        {
            Store(batch.Writes[at], _found[at], now);
        }

        return null;
    }

    private Found Find(DocumentKey key, long now)
    {
        _find.Bind(1, (long)key.Container).Bind(2, key.Partition).Bind(3, key.Id);
        var found = default(Found);
        if (_find.Step())
        {
            var expired = !_find.IsNull(3) && _find.Number(3) <= now;
            var (version, deleted) = (_find.Number(1), _find.Number(2) != 0);

            // What has expired is gone, though not yet swept. A tombstone is gone too, but its numbers go on.
            found = new(_find.Number(0), deleted || expired ? 0 : version, expired ? 0 : version);
        }

        _find.Reset();
        return found;
    }

    private void Store(in PendingWrite write, Found found, long now)
    {
        if (write.Kind == WriteKind.Purge)
        {
            _remove.Bind(1, found.Row).Run();
            return;
        }

        var statement = found.Row == 0 ? _insert : _update;
        var version = write.VersionOver(found.LastVersion);
        statement.Bind(1, version).Bind(2, ++_sequence).Bind(4, write.Body is null ? 1L : 0L);
        _ = write.LifeMilliseconds is { } life ? statement.Bind(3, now + life) : statement.BindNull(3);
        _ = write.Body is null ? statement.BindNull(5) : statement.Bind(5, write.BodyAt(version));

        if (found.Row == 0)
        {
            var key = write.Key;
            statement.Bind(6, (long)key.Container).Bind(7, key.Partition).Bind(8, key.Id).Bind(9, key.Kind);
        }
        else
        {
            statement.Bind(6, found.Row);
        }

        statement.Run();
    }

    private bool AnyExpired(long now)
    {
        var any = _expired.Bind(1, now).Step();
        _expired.Reset();
        return any;
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <param name="Row">0 when there is no row.</param>
    /// <param name="Version">As a caller sees it; 0 when there is no document.</param>
    /// <param name="LastVersion">Of the document or of its tombstone.</param>
    private readonly record struct Found(long Row, long Version, long LastVersion);
}
