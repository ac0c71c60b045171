using BackupFunctions.Backup;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>A full backup and all that continues it.</summary>
internal sealed class FullChain
{
    // how each entry is reached: the link that ends with it, null for the end of the full backup's own oplog
    private readonly Dictionary<OplogMark, OplogLink?> _reached = [];
    // and all links that end with it: slices and what they were merged into are beside each other
    private readonly Dictionary<OplogMark, List<OplogLink>> _into = [];

    public FullChain(BackupEntry full, ILookup<OplogMark, OplogLink> from)
    {
        Full = full;
        _reached[full.Oplog!.Through] = null;
        var open = new Queue<OplogMark>(_reached.Keys);
        while (open.TryDequeue(out var mark))
        {
            foreach (var link in from[mark])
            {
                if (!_into.TryGetValue(link.Through, out var into)) _into[link.Through] = into = [];
                into.Add(link);
                if (_reached.TryAdd(link.Through, link)) open.Enqueue(link.Through);
            }
        }
        Tip = _reached.Keys.MaxBy(m => m.Optime)!;
        Slices = PathOf(Tip);
    }

    public BackupEntry Full { get; }

    /// <summary>The first point that it can be restored to.</summary>
    public Optime From => Full.ConsistentAt!;

    /// <summary>The last one.</summary>
    public Optime To => Tip.Optime;

    /// <summary>The last entry that is covered.</summary>
    public OplogMark Tip { get; }

    /// <summary>The slices that lead to <see cref="Tip"/>, in order.</summary>
    public IReadOnlyList<BackupEntry> Slices { get; }

    /// <summary>Every slice on a way to any entry.</summary>
    public IEnumerable<BackupEntry> All => _into.Values.SelectMany(i => i).Select(l => l.Backup).OfType<BackupEntry>();

    public bool Reaches(OplogMark mark) => _reached.ContainsKey(mark);

    /// <summary>Every slice on any way to an entry of this time or a later one.</summary>
    public IReadOnlyList<BackupEntry> Behind(Optime since) => Towards([.. _reached.Keys.Where(m => m.Optime >= since)]);

    /// <summary>
    /// Every slice on any way to an entry that it reaches. Where several lead there, none stands for the others: the one that they were merged into may wait in staging, or be on one node alone, and of
    /// several some alone would end where nothing goes on.
    /// </summary>
    public IReadOnlyList<BackupEntry> WaysTo(OplogMark mark) => Towards([mark]);

    /// <summary>The least that leads to this point; null when it lies outside.</summary>
    public RestorePath? PathTo(RestorePoint point)
    {
        if (From > point.Latest) return null;
        var end = _reached.Keys.Where(m => m.Optime >= point.Needed).MinBy(m => m.Optime);
        return end is null ? null : new(point, Full, PathOf(end));
    }

    private List<BackupEntry> Towards(IReadOnlyList<OplogMark> ends)
    {
        var (slices, marks, open) = (new List<BackupEntry>(), ends.ToHashSet(), new Queue<OplogMark>(ends));
        while (open.TryDequeue(out var mark))
        {
            foreach (var link in _into.GetValueOrDefault(mark) ?? [])
            {
                if (link.Backup is { } slice) slices.Add(slice);
                if (marks.Add(link.After)) open.Enqueue(link.After);
            }
        }
        return slices;
    }

    private List<BackupEntry> PathOf(OplogMark end)
    {
        var slices = new List<BackupEntry>();
        for (var link = _reached[end]; link is not null; link = _reached[link.After])
        {
            if (link.Backup is { } slice) slices.Add(slice);
        }
        slices.Reverse();
        return slices;
    }
}

/// <summary>A stretch of the oplog that is covered: by a slice, or (null) because it holds nothing.</summary>
internal sealed record OplogLink(OplogMark After, OplogMark Through, BackupEntry? Backup);
