using BackupFunctions.Bson;

namespace BackupFunctions.Mongo;

/// <summary>
/// Gives documents their <c>Timestamp(0, 0)</c> back on servers whose <c>insert</c> cannot be told to keep it: replacing a document by a literal
/// in a pipeline (4.2 and later) leaves it alone.
/// </summary>
public static class EmptyTimestampRepair
{
    /// <summary>
    /// Writes one <c>update</c> for some documents by their <c>_id</c>; the builder's bytes are the command.
    /// </summary>
    public static RawBsonBuilder Build(string collection, IReadOnlyList<ReadOnlyMemory<byte>> documents)
    {
        var command = new RawBsonBuilder(512 + documents.Sum(d => d.Length + 128));
        command.Add("update", collection).Add("ordered", false).Add("bypassDocumentValidation", true)
            .BeginDocument("writeConcern").Add("w", "majority").End().BeginArray("updates");
        foreach (var document in documents)
        {
            using var update = new RawBsonBuilder(256 + document.Length);
            using var stage = new RawBsonBuilder(128 + document.Length);
            stage.BeginDocument("$replaceRoot").BeginDocument("newRoot").Add("$literal", document.Span);
            update.Add("q", IdFilter.Of(document.Span).Bytes().Span).BeginArray("u").Item(stage.Finish().Span);
            command.Item(update.Finish().Span);
        }
        command.End();
        return command;
    }
}
