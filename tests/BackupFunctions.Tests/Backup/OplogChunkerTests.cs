using BackupFunctions.Backup;

namespace BackupFunctions.Tests.Backup;

public class OplogChunkerTests
{
    [Fact]
    public void Chunks_hold_whole_entries_up_to_the_target_and_large_entries_get_chunks_of_their_own()
    {
        var sink = Cut([100, OplogChunker.TargetBytes - 100, 1, OplogChunker.TargetBytes + 1, OplogChunker.PieceBytes, OplogChunker.PieceBytes + 1, 5, OplogChunker.TargetBytes]);
        sink.ShouldBe([
            (OplogChunker.TargetBytes, 2, false), (1, 1, false), (OplogChunker.TargetBytes + 1, 1, false), (OplogChunker.PieceBytes, 1, false),
            (OplogChunker.PieceBytes, 0, false), (1, 1, false), (5, 1, false), (OplogChunker.TargetBytes, 1, true)]);
    }

    [Fact]
    public void Files_have_at_most_4096_chunks_and_no_entry_spans_two()
    {
        // each entry fills a chunk; the last one needs three in a file where two are left
        var sizes = Enumerable.Repeat(OplogChunker.TargetBytes, 4_096 + 4_094).Append((2 * OplogChunker.PieceBytes) + 1).Append(7).ToList();
        var chunks = Cut(sizes);
        var ends = chunks.Select((c, i) => (c.EndsFile, i)).Where(c => c.EndsFile).Select(c => c.i + 1).ToList();
        ends.ShouldBe([4_096, 4_096 + 4_094, 4_096 + 4_094 + 4]);
    }

    [Fact]
    public void Nothing_gives_no_chunk() => Cut([]).ShouldBeEmpty();

    private static List<(int Length, int Entries, bool EndsFile)> Cut(IEnumerable<int> sizes)
    {
        var sink = new LengthSink();
        using var chunker = new OplogChunker();
        var entry = new byte[3 * OplogChunker.PieceBytes];
        foreach (var size in sizes) chunker.Add(entry.AsSpan(0, size), sink);
        chunker.Finish(sink);
        return sink.Chunks;
    }

    private sealed class LengthSink : BackupFunctions.Encryption.IChunkSink
    {
        public List<(int Length, int Entries, bool EndsFile)> Chunks { get; } = [];

        public void Chunk(ReadOnlySpan<byte> plaintext, int documentsEnded, bool endsFile) => Chunks.Add((plaintext.Length, documentsEnded, endsFile));
    }
}
