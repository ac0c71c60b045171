using BackupFunctions.Mongo;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace BackupFunctions.Tests.Mongo;

public class RawBatchTests
{
    [Fact]
    public async Task Documents_that_lie_across_chunks_of_the_drivers_buffer_come_whole()
    {
        var documents = Enumerable.Range(0, 40).Select(i => Bson.Bytes($"{{_id: {i}, text: '{new string('x', i * 7)}'}}")).ToList();
        await using var source = new StubCursorSource((_, _) => new StubCursor([Chunked(documents)]));
        var read = new List<byte[]>();
        await foreach (var batch in RawDocumentReader.Read(source, Bson.Spec(), KeyRange.All, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken))
            read.AddRange(batch.Documents.Select(d => d.ToArray()));
        read.ShouldBe(documents);
    }

    /// <summary>All documents as slices of one buffer made of chunks of 64 bytes.</summary>
    private static List<RawBsonDocument> Chunked(List<byte[]> documents)
    {
        var all = documents.SelectMany(d => d).ToArray();
        var buffer = new MultiChunkBuffer(all.Chunk(64).Select(c => (IBsonChunk)new ByteArrayChunk(c)).ToList(), all.Length, isReadOnly: true);
        var slices = new List<RawBsonDocument>();
        var position = 0;
        foreach (var document in documents)
        {
            slices.Add(new RawBsonDocument(buffer.GetSlice(position, document.Length)));
            position += document.Length;
        }
        return slices;
    }
}
