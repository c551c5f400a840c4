using SQLitePCL;

namespace CrmCloud.Store.Sqlite;

/// <summary>One connection to one file. Used by one thread at a time; whoever owns it sees to that.</summary>
internal sealed class Connection : IDisposable
{
    // A statement that finds nothing for a long time still looks up this often whether its caller has gone.
    private const int StepsBetweenChecks = 20_000;

    // Bounds the prepared queries of one connection. They differ only by shape; values are always bound.
    private const int MaxKeptQueries = 100;

    private const int BusyTimeoutMilliseconds = 5_000;

    // SQLITE_DBCONFIG_ENABLE_QPSG, which the binding does not name.
    private const int EnableStablePlans = 1007;

    private readonly sqlite3 _db;
    private readonly List<Statement> _statements = [];
    private readonly Dictionary<string, Statement> _queries = new(StringComparer.Ordinal);
    private CancellationToken _stop;

    static Connection() => Batteries_V2.Init();

    private Connection(sqlite3 db) => _db = db;

    public bool InTransaction => raw.sqlite3_get_autocommit(_db) == 0;

    /// <exception cref="SqliteFailure">The file cannot be opened or, with <paramref name="create"/>, made.</exception>
    public static Connection Open(string path, bool create)
    {
        var flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (create ? raw.SQLITE_OPEN_CREATE : 0);
        var code = raw.sqlite3_open_v2(path, out var db, flags, null);
        if (code != raw.SQLITE_OK)
        {
            db?.Dispose();
            throw new SqliteFailure(code, raw.sqlite3_errstr(code).utf8_to_string());
        }

        raw.sqlite3_extended_result_codes(db, 1);
        raw.sqlite3_busy_timeout(db, BusyTimeoutMilliseconds);

        // Plans must not look at bound values: for a bound LIMIT SQLite would otherwise compile the statement anew each
        // time another number is bound, which was most of what a short query cost.
        raw.sqlite3_db_config(db, EnableStablePlans, 1, out _);
        var connection = new Connection(db);
        raw.sqlite3_progress_handler(
            db, StepsBetweenChecks, _ => connection._stop.IsCancellationRequested ? 1 : 0, null);
        return connection;
    }

    /// <summary>
    /// Statements stepped from now on end with an <see cref="OperationCanceledException"/> once this is cancelled.
    /// </summary>
    public void Watch(CancellationToken stop) => _stop = stop;

    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_db, sql);
        if (code != raw.SQLITE_OK)
        {
            throw Failure(code);
        }
    }

    /// <summary>The first column of the first row of a statement that is run once.</summary>
    public long Number(string sql)
    {
        using var statement = Compile(sql);
        return statement.Step() ? statement.Number(0) : 0;
    }

    /// <summary>A statement that stays prepared as long as the connection lives. Reset it after each use.</summary>
    public Statement Prepare(string sql)
    {
        var statement = Compile(sql);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>A statement prepared now or earlier, good until the next call. Reset it after use.</summary>
    public Statement PrepareQuery(string sql)
    {
        if (_queries.TryGetValue(sql, out var known))
        {
            return known;
        }

        if (_queries.Count >= MaxKeptQueries)
        {
            Drop(_queries.Values);
            _queries.Clear();
        }

        return _queries[sql] = Compile(sql);
    }

    public Exception Failure(int code)
    {
        if ((code & 0xff) == raw.SQLITE_INTERRUPT && _stop.IsCancellationRequested)
        {
            return new OperationCanceledException(_stop);
        }

        return new SqliteFailure(code, raw.sqlite3_errmsg(_db).utf8_to_string());
    }

    public void Dispose()
    {
        Drop(_statements);
        Drop(_queries.Values);
        _db.Dispose();
    }

    private Statement Compile(string sql)
    {
        var code = raw.sqlite3_prepare_v2(_db, sql, out var statement);
        return code == raw.SQLITE_OK ? new Statement(this, statement) : throw Failure(code);
    }

    private static void Drop(IEnumerable<Statement> statements)
    {
        foreach (var statement in statements)
        {
            statement.Dispose();
        }
    }
}
