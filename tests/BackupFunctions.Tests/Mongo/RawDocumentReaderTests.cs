using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Mongo;

public class RawDocumentReaderTests
{
    private readonly BreakingCollection _source = new([.. Enumerable.Range(0, 25).Select(i => Bson.Bytes($"{{_id: {i}, x: 'document {i}'}}"))]);

    [Fact]
    public async Task Documents_come_in_order_with_their_bytes()
    {
        var read = await Read(Bson.Spec(), KeyRange.All);
        read.ShouldBe(_source.Documents);
        _source.Opened.ShouldBe(1);
    }

    [Fact]
    public async Task A_range_is_a_pair_of_index_bounds()
    {
        var read = await Read(Bson.Spec(), new KeyRange(Bson.Id(5), Bson.Id(8)));
        read.ShouldBe(_source.Documents[5..8]);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(2, 4)]
    [InlineData(3, 3)] // the third cursor has too few documents left to break
    public async Task Fails_over_to_another_member_mid_dump_without_losing_or_repeating_a_document(int batchesBeforeFailure, int opened)
    {
        _source.FailAfterBatches = batchesBeforeFailure;
        _source.Failures = 3;
        var read = await Read(Bson.Spec(), new KeyRange(Bson.Id(2), null));
        read.ShouldBe(_source.Documents[2..]);
        _source.Opened.ShouldBe(opened);
    }

    [Fact]
    public async Task A_last_document_deleted_meanwhile_hides_no_other()
    {
        _source.FailAfterBatches = 1;
        _source.Failures = 1;
        _source.OnFailure = () => _source.Documents.RemoveAt(3);
        var expected = _source.Documents.ToList();
        (await Read(Bson.Spec(), KeyRange.All)).ShouldBe(expected);
    }

    [Fact]
    public async Task Failures_without_progress_end_the_read()
    {
        _source.FailAfterBatches = 0;
        _source.Failures = int.MaxValue;
        var error = await Should.ThrowAsync<BackupException>(() => Read(Bson.Spec(), KeyRange.All));
        error.Kind.ShouldBe(ErrorKind.Failed);
        error.Message.ShouldStartWith("read shop.orders: after 0 documents: ");
        _source.Opened.ShouldBe(RawDocumentReader.Attempts);
    }

    [Fact]
    public async Task Natural_order_starts_again_only_while_nothing_was_given()
    {
        var capped = Bson.Spec(options: "{capped: true, size: 4096}");
        _source.FailAfterBatches = 0;
        _source.Failures = 2;
        (await Read(capped, KeyRange.All)).ShouldBe(_source.Documents);

        _source.FailAfterBatches = 1;
        _source.Failures = 1;
        var error = await Should.ThrowAsync<BackupException>(() => Read(capped, KeyRange.All));
        error.Message.ShouldStartWith("read shop.orders: lost the connection after 4 documents, and natural order cannot be resumed");
    }

    [Fact]
    public async Task An_error_that_stays_is_not_repeated()
    {
        _source.FailAfterBatches = 1;
        _source.Failures = 1;
        _source.Failure = () => new FormatException("broken");
        (await Should.ThrowAsync<BackupException>(() => Read(Bson.Spec(), KeyRange.All))).Message.ShouldBe("read shop.orders: after 4 documents: broken");
        _source.Opened.ShouldBe(1);
    }

    private async Task<List<byte[]>> Read(CollectionSpec spec, KeyRange range)
    {
        var read = new List<byte[]>();
        long bytes = 0;
        await using var source = new StubCursorSource(_source.Open);
        await foreach (var batch in RawDocumentReader.Read(source, spec, range, new ImmediateTime(), NullLogger.Instance, TestContext.Current.CancellationToken))
        {
            read.AddRange(batch.Documents.Select(d => d.ToArray()));
            bytes += batch.Bytes;
        }
        bytes.ShouldBe(read.Sum(d => d.Length));
        return read;
    }

    /// <summary>A collection ordered by _id, read four documents at a time, whose cursors break.</summary>
    private sealed class BreakingCollection(List<byte[]> documents)
    {
        public List<byte[]> Documents { get; } = documents;

        public int FailAfterBatches { get; set; }

        public int Failures { get; set; }

        public int Opened { get; private set; }

        public Action OnFailure { get; set; } = () => { };

        public Func<Exception> Failure { get; set; } = () => new IOException("connection reset");

        public StubCursor Open(RawBsonDocument? min, RawBsonDocument? max)
        {
            Opened++;
            var batches = Documents.Where(d => IsIn(d, min, max)).Select(d => new RawBsonDocument(d)).Chunk(4).ToList();
            return new StubCursor(batches, Break);
        }

        private void Break(int batch)
        {
            if (batch != FailAfterBatches || Failures == 0) return;
            Failures--;
            OnFailure();
            throw Failure();
        }

        private static bool IsIn(byte[] document, RawBsonDocument? min, RawBsonDocument? max)
        {
            var id = RawBson.Id(document);
            return (min is null || BsonOrder.Instance.Compare(id, min) >= 0) && (max is null || BsonOrder.Instance.Compare(id, max) < 0);
        }
    }
}
