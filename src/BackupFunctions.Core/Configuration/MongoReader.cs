using System.Text;
using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>Reads where the source and the catalogue are.</summary>
internal static class MongoReader
{
    private const int MaxDatabaseBytes = 63;

    public static string? Source(OptionsReader reader) => ConnectionString(reader, MongoUri);

    /// <summary>The server of restore drills, if there is one.</summary>
    public static string? Drill(OptionsReader reader) => reader.Get(DrillUri) is null ? null : ConnectionString(reader, DrillUri);

    /// <summary>The catalogue's own place, else the source.</summary>
    public static CatalogSetting? Catalog(OptionsReader reader, bool required)
    {
        var database = Database(reader);
        if (reader.Get(CatalogUri) is not { } uri)
            return (required || reader.Get(MongoUri) is not null) && ConnectionString(reader, MongoUri) is { } source
                ? new(MongoUri, source, database, null)
                : null;
        if (uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            if (FileUri.Fault(uri) is not { } fault) return new(CatalogUri, null, database, new Uri(uri).LocalPath);
            reader.Problem(CatalogUri, fault, "file:///var/lib/backupfunctions/catalog");
            return null;
        }
        return ConnectionString(reader, CatalogUri) is { } own ? new(CatalogUri, own, database, null) : null;
    }

    private static string? ConnectionString(OptionsReader reader, string name)
    {
        var uri = reader.Get(name);
        var problem = uri is null ? new SettingProblem(name, "is not set", $"{name}={MongoUriForm.Example}") : MongoUriForm.Check(name, uri);
        if (problem is null) return uri;
        reader.Problem(problem);
        return null;
    }

    private static string Database(OptionsReader reader)
    {
        var name = reader.Get(CatalogDatabase) ?? Defaults.CatalogDatabase;
        var fault = name is "admin" or "local" or "config" ? "is one of the server's own databases"
            : name.IndexOfAny(['/', '\\', '.', ' ', '"', '$', '*', '<', '>', ':', '|', '?']) >= 0 ? "has a character that a database name cannot have"
            : Encoding.UTF8.GetByteCount(name) > MaxDatabaseBytes ? $"is longer than {MaxDatabaseBytes} bytes"
            : null;
        if (fault is not null) reader.Problem(CatalogDatabase, fault, Defaults.CatalogDatabase);
        return name;
    }
}
