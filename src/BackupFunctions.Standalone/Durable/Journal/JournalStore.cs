using System.Globalization;
using System.Text;
using System.Text.Json;
using BackupFunctions.Api.Hosting;
using Microsoft.Data.Sqlite;

namespace BackupFunctions.Standalone.Durable.Journal;

/// <summary>Instances and their histories in the journal. Every call is one transaction.</summary>
internal sealed class JournalStore(JournalDatabase database)
{
    private const string Columns = "id, name, execution, status, input, custom_status, output, created, updated, stopping, reason";

    /// <summary>
    /// Adds an instance in place of one that has ended, and gives null; or gives the one that has not. With a schedule it is recorded in the same transaction that this moment of it was handled.
    /// </summary>
    public InstanceRow? TryCreate(InstanceRow row, (string Name, DateTimeOffset Due)? schedule = null) => database.Write(connection =>
    {
        if (schedule is { } s) Handled(connection, s.Name, s.Due);
        if (Find(connection, row.Id) is { } present)
        {
            if (!present.Status.HasEnded()) return present;
            Delete(connection, row.Id);
        }
        connection.Execute("INSERT INTO instance (id, name, execution, status, input, created, updated) VALUES (@id, @name, @execution, @status, @input, @created, @created)",
            ("@id", row.Id), ("@name", row.Name), ("@execution", row.Execution), ("@status", row.Status.ToString()), ("@input", row.Input), ("@created", row.Created));
        Append(connection, row.Id, new(EntryTypes.Started, row.Created, row.Name, null, null));
        return null;
    });

    public InstanceRow? Find(string id) => database.Read(connection => Find(connection, id));

    public IReadOnlyList<InstanceRow> Unfinished() => database.Read(connection =>
        connection.Query($"SELECT {Columns} FROM instance WHERE status IN ('Pending', 'Running', 'Suspended') ORDER BY created, id", Instance));

    /// <summary>A page; the token names the last instance of the page before.</summary>
    public InstancePage List(InstanceQuery query)
    {
        var after = query.ContinuationToken is { } token ? Token(token) : default;
        var rows = database.Read(connection => connection.Query($"""
            SELECT {Columns} FROM instance
            WHERE (@from IS NULL OR created >= @from) AND (@to IS NULL OR created <= @to) AND (@prefix IS NULL OR substr(id, 1, length(@prefix)) = @prefix)
              AND (@statuses IS NULL OR status IN (SELECT value FROM json_each(@statuses))) AND (@after IS NULL OR (created, id) > (@after, @afterId))
            ORDER BY created, id LIMIT @top
            """, Instance,
            ("@from", query.CreatedFrom), ("@to", query.CreatedTo), ("@prefix", query.InstanceIdPrefix),
            ("@statuses", query.Statuses.Count == 0 ? null : JsonSerializer.Serialize(query.Statuses.Select(s => s.ToString()))),
            ("@after", after?.Created), ("@afterId", after?.Id), ("@top", query.Top + 1)));
        var more = rows.Count > query.Top;
        if (more) rows.RemoveAt(query.Top);
        return new([.. rows.Select(r => Shown(r))], more ? Token(rows[^1]) : null);
    }

    public IReadOnlyList<JournalEntry> History(string id) => database.Read(connection => connection.Query(
        "SELECT type, time, name, key, value FROM history WHERE instance = @id ORDER BY seq", r => new JournalEntry(r.GetString(0), r.Time(1), r.Text(2), r.Text(3), r.Text(4)), ("@id", id)));

    /// <summary>Adds to the history of an instance.</summary>
    public void Append(string id, JournalEntry entry) => database.Write(connection => Append(connection, id, entry));

    /// <summary>Replaces the status for people.</summary>
    public void SetCustomStatus(string id, string customStatus, DateTimeOffset now) => database.Write(connection =>
        connection.Execute("UPDATE instance SET custom_status = @status, updated = @now WHERE id = @id", ("@id", id), ("@status", customStatus), ("@now", now)));

    /// <summary>Changes the state of an instance that has not ended, and records why; false when it has ended.</summary>
    public bool SetStatus(string id, InstanceStatus status, JournalEntry? entry, DateTimeOffset now) => database.Write(connection =>
    {
        var changed = connection.Execute("UPDATE instance SET status = @status, updated = @now WHERE id = @id AND status IN ('Pending', 'Running', 'Suspended')",
            ("@id", id), ("@status", status.ToString()), ("@now", now));
        if (changed > 0 && entry is not null) Append(connection, id, entry);
        return changed > 0;
    });

    /// <summary>Records how an instance is to end, before it does; false when it has ended.</summary>
    public bool SetStopping(string id, InstanceStatus end, string? reason, JournalEntry entry) => database.Write(connection =>
    {
        var changed = connection.Execute("UPDATE instance SET stopping = coalesce(stopping, @end), reason = coalesce(reason, @reason), updated = @now WHERE id = @id AND status IN ('Pending', 'Running', 'Suspended')",
            ("@id", id), ("@end", end.ToString()), ("@reason", reason), ("@now", entry.Time));
        if (changed > 0) Append(connection, id, entry);
        return changed > 0;
    });

    /// <summary>Ends an instance.</summary>
    public void End(string id, InstanceStatus status, string output, JournalEntry entry) => database.Write(connection =>
    {
        connection.Execute("UPDATE instance SET status = @status, output = @output, updated = @now WHERE id = @id", ("@id", id), ("@status", status.ToString()), ("@output", output), ("@now", entry.Time));
        return Append(connection, id, entry);
    });

    /// <summary>Deletes an instance that has ended; null when there is none, false when it has not.</summary>
    public bool? Purge(string id) => database.Write<bool?>(connection =>
    {
        if (Find(connection, id) is not { } row) return null;
        if (!row.Status.HasEnded()) return false;
        Delete(connection, id);
        return true;
    });

    /// <summary>The last moment of a schedule that was handled, or null.</summary>
    public DateTimeOffset? LastHandled(string schedule) => database.Read(connection =>
        connection.Query("SELECT last FROM schedule WHERE name = @name", r => (DateTimeOffset?)r.Time(0), ("@name", schedule)).FirstOrDefault());

    /// <summary>Records that a moment of a schedule was handled.</summary>
    public void SetHandled(string schedule, DateTimeOffset due) => database.Write(connection => Handled(connection, schedule, due));

    /// <summary>As the status API shows it.</summary>
    public static WorkflowInstance Shown(InstanceRow row) =>
        new(row.Name, row.Id, row.Status, Json(row.Input), Json(row.CustomStatus), Json(row.Output), row.Created, row.Updated);

    private static int Handled(SqliteConnection connection, string schedule, DateTimeOffset due) =>
        connection.Execute("INSERT INTO schedule (name, last) VALUES (@name, @due) ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)", ("@name", schedule), ("@due", due));

    private static InstanceRow? Find(SqliteConnection connection, string id) =>
        connection.Query($"SELECT {Columns} FROM instance WHERE id = @id", Instance, ("@id", id)).FirstOrDefault();

    private static void Delete(SqliteConnection connection, string id)
    {
        connection.Execute("DELETE FROM history WHERE instance = @id", ("@id", id));
        connection.Execute("DELETE FROM instance WHERE id = @id", ("@id", id));
    }

    private static int Append(SqliteConnection connection, string id, JournalEntry entry) => connection.Execute("""
        INSERT INTO history (instance, seq, type, time, name, key, value)
        VALUES (@id, (SELECT coalesce(max(seq), 0) + 1 FROM history WHERE instance = @id), @type, @time, @name, @key, @value)
        """, ("@id", id), ("@type", entry.Type), ("@time", entry.Time), ("@name", entry.Name), ("@key", entry.Key), ("@value", entry.Value));

    private static InstanceRow Instance(SqliteDataReader r) => new(
        r.GetString(0), r.GetString(1), r.GetString(2), Enum.Parse<InstanceStatus>(r.GetString(3)), r.GetString(4), r.Text(5), r.Text(6), r.Time(7), r.Time(8),
        r.Text(9) is { } stopping ? Enum.Parse<InstanceStatus>(stopping) : null, r.Text(10));

    private static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);

    private static string Token(InstanceRow row) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{row.Created.ToUnixTimeMilliseconds()} {row.Id}")));

    private static (long Created, string Id)? Token(string token)
    {
        var bytes = new byte[token.Length];
        if (Convert.TryFromBase64String(token, bytes, out var length) && Encoding.UTF8.GetString(bytes, 0, length).Split(' ', 2) is [var created, var id]
            && long.TryParse(created, NumberStyles.None, CultureInfo.InvariantCulture, out var time))
            return (time, id);
        throw new BackupException(ErrorKind.Configuration, "read x-ms-continuation-token: it is none of ours", "send it back as it came");
    }
}
