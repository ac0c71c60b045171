using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>Builds <c>insert</c> commands around documents that are never decoded.</summary>
public static class InsertCommand
{
    /// <summary>Bytes of documents that one command takes, unless a single one is longer: far under the server's limits, to bound memory.</summary>
    public const int MostBytes = 4 << 20;

    /// <summary>Documents that one command takes; the server's limit.</summary>
    public const int MostDocuments = 100_000;

    /// <summary>
    /// The longest document that a server stores, and so the longest that fits into a command: a command may have 16 MiB and 16 KiB.
    /// </summary>
    public const int LongestDocument = 16 << 20;

    private const int ItemOverhead = 8; // type, up to six digits, zero

    /// <summary>Cuts documents into batches, in order, each for one command: (first, count).</summary>
    public static IEnumerable<(int First, int Count)> Batches(IReadOnlyList<ReadOnlyMemory<byte>> documents)
    {
        int first = 0, bytes = 0;
        for (var i = 0; i < documents.Count; i++)
        {
            var length = documents[i].Length + ItemOverhead;
            if (i > first && (bytes + length > MostBytes || i - first == MostDocuments))
            {
                yield return (first, i - first);
                (first, bytes) = (i, 0);
            }
            bytes += length;
        }
        if (first < documents.Count) yield return (first, documents.Count - first);
    }

    /// <summary>
    /// Writes the command for some documents; the builder's bytes are the command. <paramref name="keepEmptyTimestamps"/> asks the server not to
    /// replace <c>Timestamp(0, 0)</c> by its clock.
    /// </summary>
    public static RawBsonBuilder Build(
        string collection, IReadOnlyList<ReadOnlyMemory<byte>> documents, int first, int count, bool ordered, bool keepEmptyTimestamps)
    {
        var length = 512;
        for (var i = first; i < first + count; i++) length += documents[i].Length + ItemOverhead;
        var command = new RawBsonBuilder(length);
        command.Add("insert", collection).Add("ordered", ordered).Add("bypassDocumentValidation", true);
        if (keepEmptyTimestamps) command.Add("bypassEmptyTsReplacement", true);
        command.BeginDocument("writeConcern").Add("w", "majority").End().BeginArray("documents");
        for (var i = first; i < first + count; i++) command.Item(documents[i].Span);
        command.End();
        return command;
    }

    /// <summary>Whether the server would replace a field of this document: a top-level <c>Timestamp(0, 0)</c> other than <c>_id</c>.</summary>
    public static bool HasEmptyTimestamp(ReadOnlySpan<byte> document)
    {
        foreach (var field in new RawElements(document))
        {
            if (field.Type == BsonType.Timestamp && !field.Value.ContainsAnyExcept((byte)0) && !field.Name.SequenceEqual("_id"u8)) return true;
        }
        return false;
    }
}
