using BackupFunctions.Backup;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>A full backup and all that continues it.</summary>
internal sealed class FullChain
{
    // how each entry is reached: the link that ends with it, null for the end of the full backup's own oplog
    private readonly Dictionary<OplogMark, OplogLink?> _reached = [];

    public FullChain(BackupEntry full, ILookup<OplogMark, OplogLink> from)
    {
        Full = full;
        _reached[full.Oplog!.Through] = null;
        var open = new Queue<OplogMark>(_reached.Keys);
        while (open.TryDequeue(out var mark))
        {
            foreach (var link in from[mark])
            {
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
    public IEnumerable<BackupEntry> All => _reached.Values.Select(l => l?.Backup).OfType<BackupEntry>();

    public bool Reaches(OplogMark mark) => _reached.ContainsKey(mark);

    /// <summary>Every slice on a way to an entry of this time or a later one.</summary>
    public IReadOnlyList<BackupEntry> Behind(Optime since)
    {
        var marks = new HashSet<OplogMark>();
        foreach (var end in _reached.Keys.Where(m => m.Optime >= since))
        {
            for (var mark = end; marks.Add(mark) && _reached[mark] is { } link;) mark = link.After;
        }
        return [.. marks.Select(m => _reached[m]?.Backup).OfType<BackupEntry>()];
    }

    /// <summary>The slices on the way to an entry that it reaches.</summary>
    public IReadOnlyList<BackupEntry> WayTo(OplogMark mark) => PathOf(mark);

    /// <summary>The least that leads to this point; null when it lies outside.</summary>
    public RestorePath? PathTo(RestorePoint point)
    {
        if (From > point.Latest) return null;
        var end = _reached.Keys.Where(m => m.Optime >= point.Needed).MinBy(m => m.Optime);
        return end is null ? null : new(point, Full, PathOf(end));
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
