using System.Collections.Immutable;

namespace BackupFunctions.Ipfs;

/// <summary>A node answered with bytes that are not the block.</summary>
public sealed record BlockFault(IBlockSource Node, Cid Cid, string Problem);

/// <summary>
/// Reads blocks from untrusted nodes and returns only bytes that hash to their CID. Asks in order and goes on to the next node when one
/// lacks the block, fails, or answers with wrong bytes. A node that failed moves to the end of the order, so that a dead one is not waited
/// for at every block. Thread-safe.
/// </summary>
public sealed class BlockReader
{
    /// <summary>Largest block in bytes that is accepted: what Kubo and bitswap carry.</summary>
    public const int MaxBlockSize = 2 * 1024 * 1024;

    private readonly Action<BlockFault>? _onFault;
    private ImmutableArray<IBlockSource> _nodes;

    /// <summary>
    /// Reads from these nodes, the preferred first. <paramref name="onFault"/> hears of every wrong answer, maybe from several threads at once.
    /// </summary>
    public BlockReader(IEnumerable<IBlockSource> nodes, Action<BlockFault>? onFault = null)
    {
        (_nodes, _onFault) = ([.. nodes], onFault);
        if (_nodes.IsEmpty) throw new ArgumentException("want at least one node", nameof(nodes));
    }

    /// <summary>Another reader, which asks this source before all others.</summary>
    public BlockReader Before(IBlockSource first) => new([first, .. _nodes], _onFault);

    /// <summary>
    /// The verified bytes of a block. When no node gives them: <see cref="ErrorKind.Corrupt"/> if one gave wrong bytes or knows that its copy is damaged, else
    /// <see cref="ErrorKind.Failed"/> if one could not be asked, else <see cref="ErrorKind.NotFound"/>; the message says what each answered.
    /// </summary>
    public async Task<byte[]> Read(Cid cid, CancellationToken cancellationToken)
    {
        var kind = ErrorKind.NotFound;
        var answers = new List<string>();
        var causes = new List<Exception>();
        foreach (var node in _nodes)
        {
            try
            {
                var bytes = await node.Get(cid, cancellationToken);
                if (bytes is null)
                {
                    answers.Add($"{node.Name}: not held");
                    continue;
                }
                if (ProblemOf(cid, bytes) is not { } problem) return bytes;
                kind = ErrorKind.Corrupt;
                answers.Add($"{node.Name}: {problem}");
                _onFault?.Invoke(new(node, cid, problem));
            }
            catch (Exception e) when (IsNodeFailure(e, cancellationToken))
            {
                if (e is BackupException { Kind: ErrorKind.Corrupt }) kind = ErrorKind.Corrupt;
                else if (kind == ErrorKind.NotFound) kind = ErrorKind.Failed;
                answers.Add($"{node.Name}: {e.Message}");
                causes.Add(e);
                ImmutableInterlocked.Update(ref _nodes, (nodes, failed) => nodes.Remove(failed).Add(failed), node);
            }
        }
        var cause = causes.Count > 1 ? new AggregateException(causes) : causes.FirstOrDefault();
        throw new BackupException(kind, $"read block {cid}: {string.Join("; ", answers)}", HintFor(kind), cause);
    }

    private static string? ProblemOf(Cid cid, byte[] bytes)
    {
        if (bytes.Length > MaxBlockSize) return $"wrong bytes: {bytes.Length}, over the limit of {MaxBlockSize}";
        return cid.Matches(bytes) ? null : $"wrong bytes: {bytes.Length} with sha-256 {Hash256.Sha256(bytes)}";
    }

    private static bool IsNodeFailure(Exception e, CancellationToken cancellationToken) => e switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        BackupException or IOException or HttpRequestException or TimeoutException => true,
        _ => false,
    };

    private static string HintFor(ErrorKind kind) => kind switch
    {
        ErrorKind.Corrupt => "the block was damaged where it is kept; `backupfn verify` shows what each node still holds",
        ErrorKind.Failed => "check that the nodes are running and reachable, then try again",
        _ => "no node holds it: was the backup unpinned and collected, or are these the right nodes?",
    };
}
