using BackupFunctions.Ambient;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Encryption;
using BackupFunctions.Tests.MongoDump;

namespace BackupFunctions.Tests.Restore.Replay;

public sealed class TransactionAssemblerTests : IDisposable
{
    private const string Marker = "a-secret-that-must-not-be-on-a-disk";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Inner_operations_take_effect_at_the_commit()
    {
        var effects = await Read(Oplog.Of(
            Oplog.Transaction($"{{applyOps: [{Insert(1)}], partialTxn: true}}"),
            "{op: 'i', ns: 'shop.a', o: {_id: 'between'}}",
            Oplog.Transaction($"{{applyOps: [{Insert(2)}], count: {{$numberLong: '2'}}}}", previous: 1)));
        effects.ShouldBe(["2: 'between'", "3: 1 2"]);
    }

    [Fact]
    public async Task A_prepared_transaction_waits_for_its_commit()
    {
        var effects = await Read(Oplog.Of(
            Oplog.Transaction($"{{applyOps: [{Insert(1)}], prepare: true}}"),
            Oplog.Transaction("{commitTransaction: 1, commitTimestamp: {$timestamp: {t: 1, i: 1}}}", previous: 1)));
        effects.ShouldBe(["2: 1"]);
    }

    [Fact]
    public async Task An_aborted_transaction_is_dropped() => (await Read(Oplog.Of(
        Oplog.Transaction($"{{applyOps: [{Insert(1)}], prepare: true}}"), Oplog.Transaction("{abortTransaction: 1}", previous: 1)))).ShouldBeEmpty();

    [Fact]
    public async Task Nested_applyOps_recurse() => (await Read(Oplog.Of(
        $"{{op: 'c', ns: 'admin.$cmd', o: {{applyOps: [{Insert(1)}, {{op: 'c', ns: 'admin.$cmd', o: {{applyOps: [{Insert(2)}, {Insert(3)}]}}}}, {Insert(4)}]}}}}"))).ShouldBe(["1: 1 2 3 4"]);

    [Fact]
    public async Task A_vectored_insert_has_a_session_and_is_no_transaction()
    {
        using var assembler = Assembler();
        var entry = Oplog.Entry(1, $"{{op: 'c', ns: 'admin.$cmd', o: {{applyOps: [{Insert(1)}, {Insert(2)}]}}, {Oplog.Session}, txnNumber: {{$numberLong: '1'}}, multiOpType: 1}}");
        using var effect = (await assembler.Add(entry, Cancellation)).ShouldNotBeNull();
        (effect.IsTransaction, effect.IsIncomplete).ShouldBe((false, false));
        (await Describe(effect)).ShouldBe("1: 1 2");
    }

    [Fact]
    public async Task A_retryable_write_is_an_ordinary_operation() => (await Read(Oplog.Of(
        $"{{op: 'i', ns: 'shop.a', o: {{_id: 1}}, {Oplog.Session}, txnNumber: {{$numberLong: '1'}}, stmtId: 0, prevOpTime: {{ts: {{$timestamp: {{t: 0, i: 0}}}}, t: {{$numberLong: '-1'}}}}}}"))).ShouldBe(["1: 1"]);

    [Fact]
    public async Task A_large_write_without_a_session_is_joined_by_its_links()
    {
        const string link = "prevOpTime: {ts: {$timestamp: {t: 1, i: 1}}, t: {$numberLong: '1'}}";
        (await Read(Oplog.Of(
            $"{{op: 'c', ns: 'admin.$cmd', o: {{applyOps: [{Insert(1)}], partialTxn: true}}}}",
            "{op: 'i', ns: 'shop.a', o: {_id: 'between'}}",
            $"{{op: 'c', ns: 'admin.$cmd', o: {{applyOps: [{Insert(2)}], count: 2}}, {link}}}"))).ShouldBe(["2: 'between'", "3: 1 2"]);
    }

    [Fact]
    public async Task A_transaction_that_begins_anew_leaves_nothing_of_the_first_try() => (await Read(Oplog.Of(
        Oplog.Transaction($"{{applyOps: [{Insert(1)}], partialTxn: true}}"),
        Oplog.Transaction($"{{applyOps: [{Insert(2)}], partialTxn: true}}"),
        Oplog.Transaction($"{{applyOps: [{Insert(3)}]}}", previous: 2),
        Oplog.Transaction($"{{applyOps: [{Insert(4)}], partialTxn: true}}", number: 2),
        Oplog.Transaction($"{{applyOps: [{Insert(5)}]}}", number: 3)))).ShouldBe(["3: 2 3", "5: 5"]);

    [Theory]
    [InlineData("{commitTransaction: 1}")]
    [InlineData("{applyOps: [], count: 4}")]
    public async Task A_transaction_whose_beginning_is_missing_says_so(string end)
    {
        using var assembler = Assembler();
        using var effect = (await assembler.Add(Oplog.Entry(9, Oplog.Transaction(end, previous: 5)), Cancellation)).ShouldNotBeNull();
        effect.IsIncomplete.ShouldBeTrue();
    }

    [Fact]
    public async Task A_transaction_beyond_the_memory_goes_to_disk_sealed_and_comes_back_in_order()
    {
        var files = new WatchedFiles();
        using (var assembler = new TransactionAssembler(2000, _directory.Path, files, new SeededRandomSource(1)))
        {
            for (var i = 1; i <= 20; i++)
                (await assembler.Add(Oplog.Entry((uint)i, Oplog.Transaction($"{{applyOps: [{Insert(i)}], partialTxn: true}}", i - 1)), Cancellation)).ShouldBeNull();
            assembler.Open.ShouldBe(1);
            assembler.SpilledBytes.ShouldBeGreaterThan(0);

            files.Streams.ShouldHaveSingleItem();
            files.Flush();
            var spilled = Directory.GetFiles(_directory.Path).ShouldHaveSingleItem();
            var onDisk = await File.ReadAllBytesAsync(spilled, Cancellation);
            ((long)onDisk.Length).ShouldBeGreaterThanOrEqualTo(assembler.SpilledBytes);
            onDisk.AsSpan().IndexOf("secret"u8).ShouldBe(-1);
            onDisk.AsSpan().IndexOf("shop"u8).ShouldBe(-1);

            using (var effect = (await assembler.Add(Oplog.Entry(21, Oplog.Transaction($"{{applyOps: [{Insert(21)}]}}", 20)), Cancellation)).ShouldNotBeNull())
                (await Describe(effect)).ShouldBe($"21: {string.Join(' ', Enumerable.Range(1, 21))}");
            files.Streams[0].Length.ShouldBe(0); // nothing is held any more
        }
        Directory.GetFiles(_directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_temporary_file_that_was_changed_is_noticed()
    {
        var files = new WatchedFiles();
        using var assembler = new TransactionAssembler(0, _directory.Path, files, new SeededRandomSource(1));
        await assembler.Add(Oplog.Entry(1, Oplog.Transaction($"{{applyOps: [{Insert(1)}], partialTxn: true}}")), Cancellation);
        files.Streams[0].Position = 10;
        files.Streams[0].WriteByte(99);
        using var effect = (await assembler.Add(Oplog.Entry(2, Oplog.Transaction($"{{applyOps: [{Insert(2)}]}}", 1)), Cancellation)).ShouldNotBeNull();
        (await Should.ThrowAsync<BackupException>(() => Describe(effect))).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Insert(int id) => $"{{op: 'i', ns: 'shop.a', o: {{_id: {id}, x: '{Marker}'}}}}";

    private TransactionAssembler Assembler() => new(1 << 20, _directory.Path, new DiskFiles(), new SeededRandomSource(1));

    private async Task<List<string>> Read(IEnumerable<OplogEntry> entries)
    {
        using var assembler = Assembler();
        var effects = new List<string>();
        foreach (var entry in entries)
        {
            using var effect = await assembler.Add(entry, Cancellation);
            if (effect is not null) effects.Add(await Describe(effect));
        }
        return effects;
    }

    private static async Task<string> Describe(ReplayEffect effect)
    {
        var ids = new List<string>();
        await foreach (var operation in effect.Operations(Cancellation))
            ids.Add(MongoDB.Bson.Serialization.BsonSerializer.Deserialize<MongoDB.Bson.BsonDocument>(operation.O.ToArray())["_id"].ToString()! is var id && int.TryParse(id, out _) ? id : $"'{id}'");
        return $"{effect.Optime.Seconds}: {string.Join(' ', ids)}";
    }

    private sealed class WatchedFiles : IFiles
    {
        private readonly DiskFiles _disk = new();

        public List<Stream> Streams { get; } = [];

        public void Flush() => Streams.ForEach(s => s.Flush());

        public PendingFile Create(string path, bool ownerOnly = false)
        {
            var file = _disk.Create(path, ownerOnly);
            Streams.Add(file.Stream);
            return file;
        }

        public Stream OpenRead(string path) => _disk.OpenRead(path);

        public bool Exists(string path) => _disk.Exists(path);

        public long Length(string path) => _disk.Length(path);

        public void Delete(string path) => _disk.Delete(path);

        public void DeleteDirectory(string path) => _disk.DeleteDirectory(path);

        public IEnumerable<string> List(string directory) => _disk.List(directory);

        public long FreeBytes(string path) => _disk.FreeBytes(path);
    }
}
