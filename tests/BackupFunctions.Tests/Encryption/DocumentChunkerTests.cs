using BackupFunctions.Encryption;
using CsCheck;

namespace BackupFunctions.Tests.Encryption;

public sealed class DocumentChunkerTests : IDisposable
{
    private static readonly ChunkingParameters Parameters = ChunkingParameters.Small;
    private readonly RepositoryKeys _keys = TestKeys.Create();

    // lengths from small documents to some that are larger than a chunk
    private static readonly Gen<int> Lengths =
        Gen.Frequency((60, Gen.Int[40, 4000]), (20, Gen.Int[4000, 60_000]), (3, Gen.Int[60_000, 524_288]), (1, Gen.Int[524_289, 1_700_000]));

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void The_same_documents_give_the_same_chunks_however_they_are_grouped() =>
        Gen.Select(Lengths.Array[1, 120], Gen.Int[1, 40].Array[120]).Sample(
            (lengths, groups) =>
            {
                var documents = Documents(lengths);
                var (whole, grouped) = (Cut([documents]), Cut(Split(documents, groups)));
                grouped.Shapes.ShouldBe(whole.Shapes);
                grouped.Hashes.ShouldBe(whole.Hashes);
            },
            iter: 20,
            threads: 1);

    [Fact]
    public void Chunks_hold_every_byte_in_order_within_their_bounds_and_the_last_ends_a_file() =>
        Lengths.Array[1, 120].Sample(
            lengths =>
            {
                var documents = Documents(lengths);
                var sink = Cut([documents], keep: true);
                sink.Joined!.ToArray().AsSpan().SequenceEqual(documents.SelectMany(d => d.ToArray()).ToArray()).ShouldBeTrue();
                sink.Shapes.Sum(s => s.Documents).ShouldBe(documents.Count);
                sink.Shapes.ShouldAllBe(s => s.Length > 0 && s.Length <= Parameters.Maximum);
                sink.Shapes[^1].EndsFile.ShouldBeTrue();
                sink.Shapes.ShouldAllBe(s => !s.EndsFile || s.Documents > 0);
            },
            iter: 20,
            threads: 1);

    [Fact]
    public void An_inserted_document_changes_only_chunks_near_it()
    {
        var documents = Enumerable.Range(0, 8000).Select(i => RawDocument.WithObjectId(i * 2, 1500, (byte)i)).ToList();
        var before = Cut([documents]).Hashes.ToHashSet();
        foreach (var at in new[] { 0, 1, 2500, 4000, 7999, 8000 })
        {
            List<ReadOnlyMemory<byte>> changed = [.. documents[..at], RawDocument.WithObjectId((at * 2) - 1, 1700, 9), .. documents[at..]];
            var after = Cut([changed]);
            var news = after.Hashes.Select((hash, index) => (hash, index)).Where(c => !before.Contains(c.hash)).Select(c => c.index).ToList();
            news.Count.ShouldBeInRange(1, 8, $"inserted at {at}, {after.Hashes.Count} chunks");
            (news[^1] - news[0]).ShouldBe(news.Count - 1, "the changed chunks are neighbours");
        }
    }

    [Fact]
    public void An_update_that_keeps_the_length_changes_one_chunk()
    {
        var documents = Enumerable.Range(0, 4000).Select(i => RawDocument.WithObjectId(i, 1500)).ToList();
        var before = Cut([documents]);
        documents[2000] = RawDocument.WithObjectId(2000, 1500, fill: 1);
        var after = Cut([documents]);
        after.Shapes.ShouldBe(before.Shapes);
        after.Hashes.Except(before.Hashes).Count().ShouldBe(1);
    }

    [Fact]
    public void Chunks_are_near_the_average_as_designed()
    {
        var sink = Cut([[.. Enumerable.Range(0, 30_000).Select(i => RawDocument.WithObjectId(i, 1024))]]);
        // the minimum, and then about one average until the next cut: 1.23 averages expected of some 200 chunks
        sink.Shapes.Average(s => s.Length).ShouldBeInRange(1.0 * Parameters.Average, 1.45 * Parameters.Average);
    }

    [Fact]
    public void A_file_ends_with_16384_chunks()
    {
        // a document as long as the average ends its chunk always; this one does not end a file by itself
        List<ReadOnlyMemory<byte>> one = [.. Enumerable.Repeat(RawDocument.WithObjectId(1, Parameters.Average), 1024)];
        var sink = new CountingSink();
        using var chunker = new DocumentChunker(_keys, Parameters);
        for (var i = 0; i < 16; i++) chunker.Add(one, sink);
        chunker.Add([one[0]], sink);
        chunker.Finish(sink);
        sink.FileEnds.ShouldBe([16_384, 16_385]);
    }

    [Fact]
    public void A_file_ends_early_rather_than_split_a_document()
    {
        List<ReadOnlyMemory<byte>> one = [.. Enumerable.Repeat(RawDocument.WithObjectId(1, Parameters.Average), 1024)];
        foreach (var (pieces, expected) in new[] { (2, new[] { 16_384 }), (3, new[] { 16_382, 16_385 }) })
        {
            var sink = new CountingSink();
            using var chunker = new DocumentChunker(_keys, Parameters);
            for (var i = 0; i < 15; i++) chunker.Add(one, sink);
            chunker.Add(one[..1022], sink);
            chunker.Add([RawDocument.WithObjectId(2, pieces * Parameters.Maximum)], sink);
            chunker.Finish(sink);
            sink.FileEnds.ShouldBe(expected);
        }
    }

    [Fact]
    public void No_documents_give_no_chunk_and_a_chunker_can_be_used_again()
    {
        using var chunker = new DocumentChunker(_keys, Parameters);
        var sink = new RecordingSink();
        chunker.Add([], sink);
        chunker.Finish(sink);
        sink.Shapes.ShouldBeEmpty();
        var documents = Documents([100, 70_000, 600_000, 30]);
        for (var i = 0; i < 2; i++)
        {
            var again = new RecordingSink();
            chunker.Add(documents, again);
            chunker.Finish(again);
            again.Hashes.ShouldBe(Cut([documents]).Hashes);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("04000000")]
    [InlineData("0600000000")]
    [InlineData("0500000001")]
    [InlineData("0a0000007f5f6964ff00")] // no end of the name
    [InlineData("0a000000205f69640000")] // no such type
    [InlineData("0d000000025f69640000000000")] // a string of length 0
    [InlineData("0d000000025f696400ffffff7f00")] // and the length field is wrong too
    [InlineData("0e000000025f696400ffffff7f00")]
    [InlineData("0b000000075f6964000000")]
    public void What_is_no_document_is_refused(string hex)
    {
        using var chunker = new DocumentChunker(_keys, Parameters);
        TestKeys.Corrupt(() => chunker.Add([Convert.FromHexString(hex)], new RecordingSink()));
    }

    [Fact]
    public void Large_collections_get_larger_chunks()
    {
        ChunkingParameters.ForCollection(64L << 30).ShouldBe(ChunkingParameters.Small);
        ChunkingParameters.ForCollection((64L << 30) + 1).ShouldBe(ChunkingParameters.Large);
        (Parameters.Minimum, Parameters.Maximum).ShouldBe((32_768, 524_288));
        (ChunkingParameters.Large.Minimum, ChunkingParameters.Large.Maximum).ShouldBe((131_072, 1_032_183));
        Should.Throw<ArgumentOutOfRangeException>(() => new ChunkingParameters(65_536));
    }

    private static List<ReadOnlyMemory<byte>> Documents(int[] lengths) => [.. lengths.Select((n, i) => RawDocument.WithObjectId(i, n, (byte)i))];

    private static IEnumerable<List<ReadOnlyMemory<byte>>> Split(List<ReadOnlyMemory<byte>> documents, int[] groups)
    {
        var at = 0;
        foreach (var group in groups)
        {
            var count = Math.Min(group, documents.Count - at);
            yield return documents.GetRange(at, count);
            at += count;
        }
    }

    private RecordingSink Cut(IEnumerable<List<ReadOnlyMemory<byte>>> groups, bool keep = false)
    {
        var sink = new RecordingSink { Joined = keep ? new() : null };
        using var chunker = new DocumentChunker(_keys, Parameters);
        foreach (var group in groups) chunker.Add(group, sink);
        chunker.Finish(sink);
        return sink;
    }

    /// <summary>The numbers of the chunks that ended files.</summary>
    private sealed class CountingSink : IChunkSink
    {
        private int _chunks;

        public List<int> FileEnds { get; } = [];

        public void Chunk(ReadOnlySpan<byte> plaintext, int documentsEnded, bool endsFile)
        {
            _chunks++;
            if (endsFile) FileEnds.Add(_chunks);
        }
    }
}
