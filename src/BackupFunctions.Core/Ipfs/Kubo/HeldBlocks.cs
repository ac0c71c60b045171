using BackupFunctions.Ipfs.Http;

namespace BackupFunctions.Ipfs.Kubo;

/// <summary>
/// What a node holds, for one that asks its peers for what it does not hold (js-ipfs): <c>refs/local</c> lists all, which takes time with every block, so
/// that a list is good for a few seconds of reading. Thread-safe.
/// </summary>
internal sealed class HeldBlocks(NodeHttp rpc, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1);
    private HashSet<Hash256> _held = [];
    private long _listedAt;

    /// <summary>Whether the node held the block a moment ago; what was stored meanwhile is found.</summary>
    public async Task<bool> Recently(Cid cid, string action, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_held.Contains(cid.Digest) && time.GetElapsedTime(_listedAt) < GoodFor) return true;
            var listedAt = time.GetTimestamp();
            _held = await List(action, cancellationToken);
            _listedAt = listedAt;
            return _held.Contains(cid.Digest);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Whether the node holds the block now.</summary>
    public async Task<bool> Now(Cid cid, string action, CancellationToken cancellationToken) => (await List(action, cancellationToken)).Contains(cid.Digest);

    public void Dispose() => _gate.Dispose();

    private Task<HashSet<Hash256>> List(string action, CancellationToken cancellationToken) => rpc.Ask(new(action, "refs/local"), async answer =>
    {
        var held = new HashSet<Hash256>();
        // a block is kept under its hash, whatever its codec
        await foreach (var line in answer.Lines())
            if (Cid.TryParse(line.TextOf("Ref"), out var cid)) held.Add(cid.Digest);
        return held;
    }, cancellationToken);
}
