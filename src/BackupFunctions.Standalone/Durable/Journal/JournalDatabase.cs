using Microsoft.Data.Sqlite;

namespace BackupFunctions.Standalone.Durable.Journal;

/// <summary>
/// The SQLite file of the journal, held by one process at a time: a second one is <see cref="ErrorKind.Locked"/>. WAL, so that readers never wait for the writer; synchronous FULL, since a
/// step is worth a flush: what a workflow was told stays true after a power cut.
/// </summary>
internal sealed class JournalDatabase : IDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS instance (
          id TEXT PRIMARY KEY, name TEXT NOT NULL, execution TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL, custom_status TEXT, output TEXT,
          created INTEGER NOT NULL, updated INTEGER NOT NULL, stopping TEXT, reason TEXT) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS instance_by_time ON instance (created, id);
        CREATE TABLE IF NOT EXISTS history (
          instance TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL, time INTEGER NOT NULL, name TEXT, key TEXT, value TEXT,
          PRIMARY KEY (instance, seq)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS schedule (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """;

    private readonly FileStream _held;
    private readonly string _connection;
    private readonly Lock _writing = new();

    private JournalDatabase(FileStream held, string connection) => (_held, _connection) = (held, connection);

    /// <summary>Opens the file, and makes it with its directory when it is not there.</summary>
    public static JournalDatabase Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        FileStream held;
        try
        {
            held = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new BackupException(ErrorKind.Locked, $"open the journal {path}: another process holds it", "stop the other one, or give this one a BACKUP_JOURNAL of its own", e);
        }
        var database = new JournalDatabase(held, new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = false }.ToString());
        try
        {
            database.Prepare();
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return database;
        }
        catch (SqliteException e)
        {
            database.Dispose();
            throw new BackupException(ErrorKind.Failed, $"open the journal {path}: {e.Message}", "move the file away: runs under way are then lost, backups are not", e);
        }
    }

    /// <summary>Reads; any number at a time.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        using var connection = Connect();
        return read(connection);
    }

    /// <summary>Writes in one transaction; one at a time.</summary>
    public T Write<T>(Func<SqliteConnection, T> write)
    {
        lock (_writing)
        {
            using var connection = Connect();
            using var transaction = connection.BeginTransaction();
            var result = write(connection);
            transaction.Commit();
            return result;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        using (var connection = new SqliteConnection(_connection)) SqliteConnection.ClearPool(connection);
        _held.Dispose();
    }

    private void Prepare()
    {
        using var connection = Connect();
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute(Schema);
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connection);
        connection.Open();
        connection.Execute("PRAGMA synchronous = FULL");
        return connection;
    }
}
