using BackupFunctions.Ipfs;

namespace BackupFunctions.Simulation.Years.Nodes;

/// <summary>
/// What a node keeps while processes come and go: blocks by their hashes, and pins. It collects garbage whenever it is told to, as a node of somebody else's does, and remembers which damage it was
/// given, so that checks can tell it from damage that the program did.
/// </summary>
internal sealed class NodeDisk(string name)
{
    private readonly Dictionary<Hash256, byte[]> _blocks = [];
    private readonly Dictionary<Cid, string> _pins = [];
    private readonly HashSet<Hash256> _corrupted = [];
    private readonly Lock _gate = new();
    private bool _importFailed;

    public string Name => name;

    public string Id => $"id of {name}";

    /// <summary>Nothing answers.</summary>
    public bool IsDown { get; set; }

    /// <summary>The next import fails behind so many blocks.</summary>
    public int? FailImportAfter { get; set; }

    /// <summary>Garbage is collected when so many operations have begun.</summary>
    public int? CollectAfter { get; set; }

    /// <summary>Blocks that were damaged or taken away on purpose, or were collected since their pin was.</summary>
    public HashSet<Hash256> Damaged { get; } = [];

    /// <summary>Pins that were taken away on purpose.</summary>
    public HashSet<Cid> LostPins { get; } = [];

    public IReadOnlyList<KeyValuePair<Cid, string>> Pins
    {
        get
        {
            lock (_gate) return [.. _pins];
        }
    }

    /// <summary>A call has come; fails where the node is down.</summary>
    public void Enter(string call)
    {
        lock (_gate)
        {
            if (IsDown) throw new BackupException(ErrorKind.Failed, $"{call} on {name}: connection refused", "start the node");
            if (CollectAfter is { } left && (CollectAfter = left - 1) == 0)
            {
                CollectAfter = null;
                Collect();
            }
        }
    }

    /// <summary>Whether an import failed as it was told to, since this was asked last; one that has not failed yet will not.</summary>
    public bool TakeImportFailure()
    {
        lock (_gate)
        {
            var failed = _importFailed;
            (FailImportAfter, _importFailed) = (null, false);
            return failed;
        }
    }

    public byte[]? Get(Hash256 block)
    {
        lock (_gate) return _blocks.GetValueOrDefault(block);
    }

    public void Put(Block block)
    {
        lock (_gate)
        {
            if (FailImportAfter is { } left && (FailImportAfter = left - 1) <= 0)
            {
                (FailImportAfter, _importFailed) = (null, true);
                throw new BackupException(ErrorKind.Failed, $"import blocks into {name}: connection reset");
            }
            _blocks[block.Cid.Digest] = block.Data.ToArray();
            _corrupted.Remove(block.Cid.Digest);
            Damaged.Remove(block.Cid.Digest);
        }
    }

    public void Pin(Cid root, string pinName)
    {
        lock (_gate)
        {
            foreach (var block in Reach.Of(root, Get))
            {
                if (!_blocks.ContainsKey(block)) throw BackupException.NotFound($"pin {root} on {name}: block {block} is missing");
            }
            _pins.TryAdd(root, pinName);
            LostPins.Remove(root);
        }
    }

    public void Unpin(Cid root)
    {
        lock (_gate)
        {
            _pins.Remove(root);
            LostPins.Remove(root);
        }
    }

    public bool IsPinned(Cid root)
    {
        lock (_gate) return _pins.ContainsKey(root);
    }

    /// <summary>Whether the block is there, with its own bytes.</summary>
    public bool IsGood(Hash256 block)
    {
        lock (_gate) return _blocks.ContainsKey(block) && !_corrupted.Contains(block);
    }

    /// <summary>Whether a DAG is pinned and every block of it good.</summary>
    public bool IsWhole(Cid root) => IsPinned(root) && Reach.Known(root)?.All(IsGood) == true;

    /// <summary>Takes a pin away.</summary>
    public void LosePin(Cid root)
    {
        lock (_gate)
        {
            if (_pins.Remove(root)) LostPins.Add(root);
        }
    }

    /// <summary>Takes a block away, or turns one of its bits.</summary>
    public void Damage(Hash256 block, bool flip, int bit)
    {
        lock (_gate)
        {
            Damaged.Add(block);
            if (!flip) _blocks.Remove(block);
            else
            {
                var bytes = _blocks[block].ToArray();
                bytes[bit / 8 % bytes.Length] ^= (byte)(1 << (bit % 8));
                _blocks[block] = bytes;
                _corrupted.Add(block);
            }
        }
    }

    /// <summary>Deletes every block that no pin reaches.</summary>
    public void Collect()
    {
        lock (_gate)
        {
            var live = new HashSet<Hash256>();
            foreach (var root in _pins.Keys) live.UnionWith(Reach.Of(root, Get));
            foreach (var block in _blocks.Keys.Where(b => !live.Contains(b)).ToList())
            {
                _blocks.Remove(block);
                _corrupted.Remove(block);
            }
            foreach (var root in LostPins) Damaged.UnionWith((Reach.Known(root) ?? []).Where(b => !_blocks.ContainsKey(b)));
        }
    }

    /// <summary>Forgets what was done on purpose and is mended.</summary>
    public void ForgetMended()
    {
        lock (_gate) Damaged.RemoveWhere(b => _blocks.ContainsKey(b) && !_corrupted.Contains(b));
    }
}
