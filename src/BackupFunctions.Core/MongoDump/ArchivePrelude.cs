using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>What stands in an archive before the data.</summary>
/// <param name="ServerVersion">Version of the source, or null.</param>
/// <param name="Collections">What the archive holds, without the oplog, in its order.</param>
/// <param name="HasOplog">Whether an oplog is among the data.</param>
internal sealed record ArchivePrelude(string? ServerVersion, IReadOnlyList<DumpCollection> Collections, bool HasOplog)
{
    /// <summary>Name of the stream of oplog entries, whose database is the empty string.</summary>
    public const string OplogName = "oplog";

    private const string FormatVersion = "0.1";

    /// <summary>Takes magic, header and collections, up to the terminator.</summary>
    /// <exception cref="BackupException">Corrupt, or Configuration when the version of the format is another.</exception>
    public static async Task<ArchivePrelude> Read(DocumentBuffer buffer, CancellationToken ct)
    {
        await ArchiveBlocks.TakeMagic(buffer, ct);
        var header = await ArchiveBlocks.Next(buffer, "archive header", ct) ?? throw ArchiveBlocks.Fault(buffer, "archive header", "there is none");
        var fields = Strings(header.Span);
        if (fields.GetValueOrDefault("version") is var version && version != FormatVersion)
        {
            throw new BackupException(ErrorKind.Configuration, $"read {buffer.Source}: archive format '{version}' is not {FormatVersion}",
                "make the dump with a current mongodump");
        }
        var server = fields.GetValueOrDefault("server_version");
        var collections = new List<DumpCollection>();
        var names = new HashSet<(string, string)>();
        var oplog = false;
        while (await ArchiveBlocks.Next(buffer, "archive prelude", ct) is { } entry)
        {
            var collection = Collection(Strings(entry.Span), buffer);
            if (!names.Add((collection.Database, collection.Name)))
                throw ArchiveBlocks.Fault(buffer, "archive prelude", $"{collection} is listed twice");
            if (collection is { Database: "", Name: OplogName }) oplog = true;
            else collections.Add(collection);
        }
        return new(server is null or "" or "unknown" ? null : server, collections, oplog);
    }

    private static DumpCollection Collection(Dictionary<string, string> fields, DocumentBuffer buffer)
    {
        var database = fields.GetValueOrDefault("db");
        var name = fields.GetValueOrDefault("collection");
        if (database is null || string.IsNullOrEmpty(name)) throw ArchiveBlocks.Fault(buffer, "archive prelude", "a collection has no name");
        if ((database.Length > 0 || name != OplogName) && DatabaseName.Problem(database) is { } problem)
            throw ArchiveBlocks.Fault(buffer, "archive prelude", $"'{database}' cannot be a database, {problem}");
        var metadata = CollectionMetadata.Parse(
            System.Text.Encoding.UTF8.GetBytes(fields.GetValueOrDefault("metadata") ?? ""), $"{database}.{name} in {buffer.Source}");
        return DumpCollection.From(database, name, metadata, fields.GetValueOrDefault("type"));
    }

    private static Dictionary<string, string> Strings(ReadOnlySpan<byte> document)
    {
        var strings = new Dictionary<string, string>();
        foreach (var field in new RawElements(document))
        {
            if (field.Type == BsonType.String) strings[field.NameText] = field.Text;
        }
        return strings;
    }
}
