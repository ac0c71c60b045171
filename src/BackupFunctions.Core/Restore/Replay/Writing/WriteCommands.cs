using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>Builds the commands that bring documents to their state, and the one that reads them. Bytes are taken over as they are.</summary>
internal static class WriteCommands
{
    /// <summary>Bytes that one command takes, unless a single document is longer: the body of a command is a document itself.</summary>
    public const int MostBytes = InsertCommand.MostBytes;

    /// <summary>Documents that one command takes.</summary>
    public const int MostDocuments = 1000;

    /// <summary>Cuts items into runs, each for one command.</summary>
    public static IEnumerable<IReadOnlyList<T>> Cut<T>(IEnumerable<T> items, Func<T, int> size)
    {
        var (open, bytes) = (new List<T>(), 0L);
        foreach (var item in items)
        {
            if (open.Count > 0 && (open.Count == MostDocuments || bytes + size(item) > MostBytes))
            {
                yield return open;
                (open, bytes) = ([], 0);
            }
            open.Add(item);
            bytes += size(item);
        }
        if (open.Count > 0) yield return open;
    }

    /// <summary>
    /// Puts each document in the place of that with its <c>_id</c>, or makes it. A document that an update would not store as it is, because of an
    /// empty timestamp or a name with a dollar sign at its top, goes in as a literal where the server takes pipelines.
    /// </summary>
    public static RawBsonDocument Replace(ReplayTarget target, IReadOnlyList<ReadOnlyMemory<byte>> documents, ServerVersion version)
    {
        using var command = new RawBsonBuilder(512 + documents.Sum(d => d.Length + 256));
        command.Add("update", target.Namespace.Collection).Add("ordered", false).Add("bypassDocumentValidation", true);
        if (version.KeepsEmptyTimestamps && documents.Any(d => InsertCommand.HasEmptyTimestamp(d.Span))) command.Add("bypassEmptyTsReplacement", true);
        TargetCommands.Majority(command).BeginArray("updates");
        foreach (var document in documents)
        {
            using var update = new RawBsonBuilder(256 + document.Length);
            update.Add("q", IdFilter.Of(document.Span).Bytes().Span);
            if (NeedsLiteral(document.Span, version))
            {
                using var stage = new RawBsonBuilder(128 + document.Length);
                stage.BeginDocument("$replaceRoot").BeginDocument("newRoot").Add("$literal", document.Span);
                update.BeginArray("u").Item(stage.Finish().Span).End();
            }
            else
            {
                update.Add("u", document.Span);
            }
            update.Add("upsert", true);
            if (target.HasCollation) Simple(update);
            command.Item(update.Finish().Span);
        }
        return command.ToDocument();
    }

    /// <summary>Deletes documents by their ids, documents <c>{_id: v}</c>.</summary>
    public static RawBsonDocument Delete(ReplayTarget target, IReadOnlyList<ReadOnlyMemory<byte>> ids)
    {
        using var statement = new RawBsonBuilder(256 + ids.Sum(id => id.Length + 16));
        statement.BeginDocument("q");
        AnyOf(statement, ids);
        statement.End().Add("limit", 0);
        if (target.HasCollation) Simple(statement);
        using var command = new RawBsonBuilder();
        command.Add("delete", target.Namespace.Collection).Add("ordered", false);
        TargetCommands.Majority(command).BeginArray("deletes").Item(statement.Finish().Span).End();
        return command.ToDocument();
    }

    /// <summary>Finds documents by their ids, as many as one reply takes.</summary>
    public static RawBsonDocument Find(ReplayTarget target, IReadOnlyList<ReadOnlyMemory<byte>> ids)
    {
        using var command = new RawBsonBuilder(256 + ids.Sum(id => id.Length + 16));
        command.Add("find", target.Namespace.Collection).BeginDocument("filter");
        AnyOf(command, ids);
        command.End().Add("batchSize", ids.Count + 1);
        if (target.HasCollation) Simple(command);
        return command.ToDocument();
    }

    private static void AnyOf(RawBsonBuilder builder, IReadOnlyList<ReadOnlyMemory<byte>> ids)
    {
        builder.BeginDocument("_id").BeginArray("$in");
        Span<byte> index = stackalloc byte[RawOutput.LongestIndex];
        for (var i = 0; i < ids.Count; i++)
        {
            if (!RawBson.TryFind(ids[i].Span, "_id"u8, out var id)) throw new ArgumentException("a document has no _id", nameof(ids));
            builder.Element([id.Whole[0], .. RawOutput.Index(i, index), 0, .. id.Value]);
        }
        builder.End().End();
    }

    // strings are equal when their bytes are
    private static void Simple(RawBsonBuilder builder) => builder.BeginDocument("collation").Add("locale", "simple").End();

    private static bool NeedsLiteral(ReadOnlySpan<byte> document, ServerVersion version)
    {
        if (!version.UpdatesByPipeline) return false;
        if (!version.KeepsEmptyTimestamps && InsertCommand.HasEmptyTimestamp(document)) return true;
        foreach (var field in new RawElements(document))
        {
            if (field.Name.StartsWith("$"u8)) return true;
        }
        return false;
    }
}
