using System.Buffers.Binary;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;

namespace BackupFunctions.Verification.Scrubbing;

/// <summary>
/// Reads parts of one copy, heals what it finds, and counts. Every node of a file is read, and those of its leaves that belong to the slice. What the run knows to be good is passed over until
/// something is found that cannot be healed.
/// </summary>
internal sealed class PartScrub(IIpfsNode node, IReadOnlyList<IBlockSource> others, BlockHealing healing, ScrubMemory memory, ScrubTurnInput input)
{
    private readonly HashSet<Cid> _everHealed = [], _unhealable = [];
    private bool _foundLost = input.FoundLost;
    private string? _fault, _failure;

    /// <summary>Blocks that were read and are good.</summary>
    public long Hashed { get; private set; }

    /// <summary>Blocks that were missing or damaged and are good now.</summary>
    public long Healed { get; private set; }

    /// <summary>Blocks that no copy has.</summary>
    public long Lost { get; private set; }

    /// <summary>Blocks that could not be healed although a copy may have them.</summary>
    public long Unhealed { get; private set; }

    /// <summary>The first thing that was wrong.</summary>
    public string? Problem => _failure is null ? _fault : $"{_fault}; it could not be healed: {_failure}";

    /// <summary>Reads a part; whether it is whole now, as far as this slice shows.</summary>
    public async Task<bool> Run(BackupPart part, bool everyLeaf, CancellationToken cancellationToken)
    {
        if (Knows(part.Cid)) return true;
        var good = new HashSet<Cid>();
        var whole = true;
        while (true)
        {
            var read = new HashSet<Cid>();
            var found = await DagVerification.RunFrom(node, part.Cid, 0, () => false, _ => true, cancellationToken, cid => Skips(cid, read));
            _fault ??= found.Problem;
            var bad = found.Bad.ToHashSet();
            // where the walk broke off, or more is bad than is listed, what was chosen says nothing
            if (found.Missing + found.Damaged == bad.Count && bad.All(c => c.Codec == Cid.RawCodec)) good.UnionWith(read.Where(c => !bad.Contains(c)));
            if (bad.Count == 0)
            {
                // its bytes are right, and it is no node of ours
                if (found.Problem is not null && _unhealable.Add(part.Cid)) Lost++;
                whole &= found.Problem is null;
                break;
            }
            await Heal(bad, cancellationToken);
        }
        Hashed += good.Count;
        if (whole) memory.Add(input.Run, input.Node, good);
        else _foundLost = true;
        return whole;

        bool Skips(Cid cid, HashSet<Cid> read)
        {
            if (part.IsDirectory && cid != part.Cid) return true;
            if (_unhealable.Contains(cid))
            {
                whole = false;
                return true;
            }
            if (cid.Codec == Cid.RawCodec)
            {
                if (good.Contains(cid) || Knows(cid) || !(everyLeaf || InSlice(cid)) || read.Contains(cid)) return true;
            }
            else if (cid != part.Cid && Knows(cid)) return true;
            read.Add(cid);
            return false;
        }
    }

    private bool Knows(Cid cid) => !_foundLost && memory.Knows(input.Run, input.Node, cid);

    private async Task Heal(HashSet<Cid> bad, CancellationToken cancellationToken)
    {
        var available = new List<Cid>();
        foreach (var cid in bad)
        {
            switch (_everHealed.Contains(cid) ? ErrorKind.Failed : await Availability(cid, cancellationToken))
            {
                case null: available.Add(cid); break;
                case ErrorKind.Failed: Unhealed++; _unhealable.Add(cid); break;
                default: Lost++; _unhealable.Add(cid); break;
            }
        }
        if (available.Count == 0) return;
        var (failure, beside) = await healing.Heal(node, others, available, cancellationToken);
        var still = failure is null ? [] : await BlockHealing.Damaged(node, available, cancellationToken);
        if (still.Count > 0) _failure ??= failure;
        Unhealed += still.Count;
        _unhealable.UnionWith(still);
        // one that is damaged again after that is not healed forever
        _everHealed.UnionWith(available);
        Healed += available.Count - still.Count + beside;
    }

    // null: another copy has it; each is asked by itself, since one that cannot be asked may have what another holds damaged
    private async Task<ErrorKind?> Availability(Cid cid, CancellationToken cancellationToken)
    {
        var kind = ErrorKind.NotFound;
        foreach (var other in others)
        {
            try
            {
                await new BlockReader([other]).Read(cid, cancellationToken);
                return null;
            }
            catch (BackupException e)
            {
                if (e.Kind == ErrorKind.Failed) kind = e.Kind;
            }
        }
        return kind;
    }

    private bool InSlice(Cid leaf)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        leaf.Digest.CopyTo(digest);
        return BinaryPrimitives.ReadUInt32LittleEndian(digest) % (uint)input.Slices == (uint)input.Slice;
    }
}
