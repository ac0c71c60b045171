using System.Buffers;
using System.Text;
using BackupFunctions.Embedded.Commands;

namespace BackupFunctions.Embedded.Storage;

/// <summary>A database and a collection name; the checks give error 73 (InvalidNamespace) as the server words it.</summary>
internal readonly record struct Namespace(string Database, string Collection)
{
    private const int MaxBytes = 255;

    private const string BucketsPrefix = "system.buckets.";

    private static readonly SearchValues<char> NotInDatabaseNames = SearchValues.Create("/\\. \"$\0");

    public static readonly Namespace Oplog = new("local", "oplog.rs");

    public bool IsReplicated => Database != "local";

    public Namespace Command => this with { Collection = "$cmd" };

    /// <summary>Whether it holds the buckets of a time series.</summary>
    public bool IsBuckets => Collection.Length > BucketsPrefix.Length && Collection.StartsWith(BucketsPrefix, StringComparison.Ordinal);

    /// <summary>The collection that holds the buckets of the time series of this name.</summary>
    public Namespace Buckets => this with { Collection = BucketsPrefix + Collection };

    public Namespace Views => this with { Collection = "system.views" };

    public override string ToString() => $"{Database}.{Collection}";

    /// <summary>A checked namespace of a command's target.</summary>
    public static Namespace Of(string database, string collection)
    {
        CheckDatabase(database);
        if (collection.Length == 0) throw Invalid($"Invalid namespace specified '{database}.'");
        if (collection[0] == '.') throw Invalid($"Collection names cannot start with '.': {collection}");
        if (collection.Contains('\0', StringComparison.Ordinal)) throw Invalid("namespaces cannot have embedded null characters");
        return new Namespace(database, collection);
    }

    /// <summary>Parses <c>db.collection</c>.</summary>
    public static Namespace Parse(string full)
    {
        var dot = full.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? throw Invalid($"Invalid namespace specified '{full}'") : Of(full[..dot], full[(dot + 1)..]);
    }

    public static void CheckDatabase(string database)
    {
        if (database.Length is 0 or > 63 || database.AsSpan().IndexOfAny(NotInDatabaseNames) >= 0)
        {
            throw Invalid($"Invalid database name: '{database}'");
        }
    }

    /// <summary>Further rules for a collection that is to be made.</summary>
    public void CheckForCreate()
    {
        if (Collection.Contains('$', StringComparison.Ordinal)) throw Invalid($"Invalid collection name: {Collection}");
        if (Collection[^1] == '.') throw Invalid($"Invalid collection name: {Collection}");
        var bytes = Encoding.UTF8.GetByteCount(ToString());
        if (bytes > MaxBytes) throw Invalid($"Fully qualified namespace is too long. Namespace: {this} Max: {MaxBytes}");
    }

    private static CommandException Invalid(string message) => new(73, "InvalidNamespace", message);
}
