using System.Text;
using SQLitePCL;

namespace CrmCloud.Store.Sqlite;

/// <summary>A prepared statement. Parameters count from 1, columns from 0, as in SQLite.</summary>
internal sealed class Statement(Connection connection, sqlite3_stmt statement) : IDisposable
{
    private const int MaxStackBytes = 2_048;

    // SQLITE_STMTSTATUS_REPREPARE, which the binding does not name.
    private const int Reprepare = 5;

    /// <summary>How often SQLite has compiled it again, because its plan was good no more; rarely but 0.</summary>
    public int CompiledAgain => raw.sqlite3_stmt_status(statement, Reprepare, 0);

    public Statement Bind(int parameter, string text)
    {
        // Binding an empty span would bind NULL, and the empty partition is a real one.
        if (text.Length == 0)
        {
            Check(raw.sqlite3_bind_text(statement, parameter, ""));
            return this;
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var buffer = most <= MaxStackBytes ? stackalloc byte[most] : new byte[most];
        return Bind(parameter, buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
    }

    /// <param name="text">UTF-8; not empty.</param>
    public Statement Bind(int parameter, ReadOnlySpan<byte> text)
    {
        Check(raw.sqlite3_bind_text(statement, parameter, text));
        return this;
    }

    public Statement Bind(int parameter, long number)
    {
        Check(raw.sqlite3_bind_int64(statement, parameter, number));
        return this;
    }

    public Statement Bind(int parameter, double number)
    {
        Check(raw.sqlite3_bind_double(statement, parameter, number));
        return this;
    }

    public Statement BindNull(int parameter)
    {
        Check(raw.sqlite3_bind_null(statement, parameter));
        return this;
    }

    public Statement BindValue(int parameter, object value) => value switch
    {
        string text => Bind(parameter, text),
        long number => Bind(parameter, number),
        double number => Bind(parameter, number),
        _ => throw new ArgumentException($"A {value.GetType().Name} cannot be compared.", nameof(value)),
    };

    /// <summary>Moves to the next row; false when there is none.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw FailAndReset(code),
        };
    }

    /// <summary>Runs a statement that returns no rows, and resets it.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    /// <summary>Ends the statement's hold on the file; until then a reader keeps its snapshot.</summary>
    public void Reset() => _ = raw.sqlite3_reset(statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(statement, column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    /// <summary>The column's bytes, valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(statement, column);

    /// <summary>A string, a long, a double or null, as stored.</summary>
    public object? Value(int column) => raw.sqlite3_column_type(statement, column) switch
    {
        raw.SQLITE_INTEGER => Number(column),
        raw.SQLITE_FLOAT => raw.sqlite3_column_double(statement, column),
        raw.SQLITE_NULL => null,
        _ => Text(column),
    };

    public void Dispose() => statement.Dispose();

    private Exception FailAndReset(int code)
    {
        var failure = connection.Failure(code);
        Reset();
        return failure;
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw connection.Failure(code);
        }
    }
}
