using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Mongo;

/// <summary>An oplog in memory, one member, with what can happen to it: more is written, it rolls over, it is rolled back, its cursors break.</summary>
internal sealed class StubOplog : IOplogSource
{
    private readonly List<RawBsonDocument> _entries = [];

    /// <summary>The entries, oldest first.</summary>
    public IReadOnlyList<RawBsonDocument> Entries => _entries;

    /// <summary>Entries that a cursor gives at once.</summary>
    public int BatchSize { get; set; } = 3;

    /// <summary>How many of the entries are committed by a majority; all by default.</summary>
    public int? Committed { get; set; }

    /// <summary>How many of the entries the member that is read has, of those that a majority has; all by default.</summary>
    public int? Replicated { get; set; }

    public int? Rbid { get; set; } = 1;

    /// <summary>Runs before each batch; takes the number of batches given so far and may throw.</summary>
    public Action<int> BeforeBatch { get; set; } = _ => { };

    /// <summary>Runs before a cursor is opened.</summary>
    public Action BeforeOpen { get; set; } = () => { };

    /// <summary>Runs before the commit point is told.</summary>
    public Action BeforeCommitPoint { get; set; } = () => { };

    public int Opened { get; private set; }

    private int _batches;

    public static RawBsonDocument Entry(uint seconds, uint increment = 1, int term = 1, string ns = "shop.orders", string op = "i", string o = "{_id: 1}") =>
        new(new BsonDocument
        {
            { "op", op }, { "ns", ns }, { "o", BsonDocument.Parse(o) }, { "ts", new BsonTimestamp((int)seconds, (int)increment) }, { "t", (long)term }, { "v", 2L },
        }.ToBson());

    public static OplogMark MarkOf(RawBsonDocument entry) => OplogMark.Of(OplogEntry.Read(entry.ToBson()));

    /// <summary>Writes entries, one a second.</summary>
    public StubOplog Write(uint from, int count, int term = 1)
    {
        for (var i = 0u; i < count; i++) _entries.Add(Entry(from + i, term: term));
        return this;
    }

    public StubOplog Write(RawBsonDocument entry)
    {
        _entries.Add(entry);
        return this;
    }

    public OplogMark Mark(int index) => MarkOf(_entries[index]);

    /// <summary>The oldest entries are gone.</summary>
    public void RollOver(int count) => _entries.RemoveRange(0, count);

    /// <summary>The newest entries are gone, and the member has a new rollback id.</summary>
    public void RollBack(int count)
    {
        _entries.RemoveRange(_entries.Count - count, count);
        Rbid++;
    }

    public Task<IAsyncCursor<RawBsonDocument>> Open(Optime from, bool primary, CancellationToken cancellationToken)
    {
        BeforeOpen();
        Opened++;
        var visible = _entries.Take(Math.Min(Committed ?? int.MaxValue, primary ? int.MaxValue : Replicated ?? int.MaxValue));
        var batches = visible.Where(e => OplogEntry.Read(e.ToBson()).Optime >= from).Select(e => new RawBsonDocument(e.ToBson())).Chunk(BatchSize).ToList();
        return Task.FromResult<IAsyncCursor<RawBsonDocument>>(new StubCursor(batches, _ => BeforeBatch(_batches++)));
    }

    public Task<Optime> CommitPoint(bool primary, CancellationToken cancellationToken)
    {
        BeforeCommitPoint();
        return Task.FromResult(OplogEntry.Read(_entries.Take(Committed ?? int.MaxValue).Last().ToBson()).Optime);
    }

    public Task<Optime> LastWrite(CancellationToken cancellationToken) => Task.FromResult(OplogEntry.Read(_entries[^1].ToBson()).Optime);

    public Task<Optime?> Oldest(bool primary, CancellationToken cancellationToken) =>
        Task.FromResult(_entries.Count == 0 ? null : OplogEntry.Read(_entries[0].ToBson()).Optime);

    public Task<int?> RollbackId(bool primary, CancellationToken cancellationToken) => Task.FromResult(Rbid);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
