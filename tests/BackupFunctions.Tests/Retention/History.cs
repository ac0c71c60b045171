using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;

namespace BackupFunctions.Tests.Retention;

/// <summary>
/// A manifest written as text, items apart by spaces: <c>A=full@2026-03-01T02:00</c> (then <c>!</c> protected, <c>~</c> degraded, <c>-</c> without oplog),
/// <c>a=slice@2026-03-01..2026-03-02</c> (an entry of another history is <c>2026-03-02/1</c>), <c>cover@..</c> a stretch that holds nothing, <c>rollback@LOST&gt;RESUMED</c>. Times are UTC; the oplog's
/// clock is that of the host.
/// </summary>
internal sealed class History
{
    private readonly Dictionary<BackupId, string> _names = [];

    public History(string text)
    {
        var changes = new List<ManifestChange>();
        foreach (var item in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (head, place) = Cut(item, '@');
            var (name, kind) = head.Contains('=', StringComparison.Ordinal) ? Cut(head, '=') : ("", head);
            changes.Add(kind switch
            {
                "full" => new BackupRecorded(Named(name, Full(place))),
                "slice" => new BackupRecorded(Named(name, Slice(place))),
                "cover" => new CoverageAdvanced(Mark(Range(place).From), Mark(Range(place).To), default),
                "rollback" => new GapRecorded(Mark(Cut(place, '>').Left), Mark(Cut(place, '>').Right), OplogGapReason.RolledBack, default),
                _ => throw new FormatException(item),
            });
        }
        Apply(changes);
    }

    public ManifestState State { get; } = new();

    public string NameOf(BackupId id) => _names[id];

    public BackupEntry this[string name] => State.Backups.Single(b => NameOf(b.Id) == name);

    /// <summary>The text with names in the place of ids.</summary>
    public string WithNames(string text) => _names.Aggregate(text, (t, n) => t.Replace(n.Key.ToString(), n.Value, StringComparison.Ordinal));

    public void Apply(IReadOnlyList<ManifestChange> changes) =>
        State.Apply(new(ManifestRevision.CurrentFormat, default, State.Revision + 1, State.Head, default, null, changes), Cid.Raw(BitConverter.GetBytes(State.Revision)));

    public static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private BackupEntry Full(string text)
    {
        var at = Time(text.Length >= 16 && text[13] == ':' ? text[..16] : text[..10]);
        var entry = Entry(BackupType.Full, at, text) with { Oplog = new(Mark(at.AddMinutes(-1), 0), Mark(at, 0), 1), ConsistentAt = Mark(at, 0).Optime };
        return text.EndsWith('-') ? entry with { Oplog = null, ConsistentAt = null } : entry;
    }

    private BackupEntry Slice(string text)
    {
        var (from, to) = Range(text.TrimEnd('!', '~'));
        return Entry(BackupType.Incremental, Time(Cut(to + "/", '/').Left), text) with { Oplog = new(Mark(from), Mark(to), 1) };
    }

    private BackupEntry Named(string name, BackupEntry entry)
    {
        _names[entry.Id] = name;
        return entry;
    }

    private BackupEntry Entry(BackupType type, DateTimeOffset at, string text)
    {
        var number = _names.Count + 1;
        var copies = Enumerable.Range(1, text.Contains('~', StringComparison.Ordinal) ? 1 : 2).Select(n => new NodeCopy($"id {n}", $"node {n}", at, 1, 1)).ToList();
        return new(BackupId.At(at, new Guid(0, 0, 0, [0, 0, 0, 0, 0, 0, 0, (byte)number])), type, Cid.Raw(BitConverter.GetBytes(number)), 1, at, at.AddMinutes(1), null, null, null, 1, 10, 5, 2, [], copies, 2)
        {
            IsProtected = text.Contains('!', StringComparison.Ordinal),
        };
    }

    private static OplogMark Mark(string text)
    {
        var (time, branch) = Cut(text + "/0", '/');
        return Mark(Time(time), int.Parse(branch[..1], CultureInfo.InvariantCulture));
    }

    private static OplogMark Mark(DateTimeOffset at, int branch) =>
        new(new((uint)at.ToUnixTimeSeconds(), 1, branch), Hash256.Sha256(BitConverter.GetBytes((at.ToUnixTimeSeconds() * 16) + branch)));

    private static (string From, string To) Range(string text)
    {
        var at = text.IndexOf("..", StringComparison.Ordinal);
        return (text[..at], text[(at + 2)..]);
    }

    private static (string Left, string Right) Cut(string text, char by)
    {
        var at = text.IndexOf(by, StringComparison.Ordinal);
        return (text[..at], text[(at + 1)..]);
    }
}
