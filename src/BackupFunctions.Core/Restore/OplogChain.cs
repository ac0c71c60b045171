using System.Runtime.CompilerServices;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// The oplog of a full backup and of the slices after it as one sequence without holes. Where one backup ends, the next must begin with the
/// same entry or hold it, byte for byte; anything else is an <see cref="ErrorKind.OplogGap"/>, whatever a catalogue said.
/// </summary>
public sealed class OplogChain(IReadOnlyList<Func<CancellationToken, Task<OpenedBackup>>> backups)
{
    private const string WindowsHint = "`GET /api/windows`, on the command line `backupfn windows`, shows which times can be restored";

    /// <summary>The chain of backups that are open; they stay the caller's.</summary>
    public OplogChain(IEnumerable<OpenedBackup> backups)
        : this([.. backups.Select(b => (Func<CancellationToken, Task<OpenedBackup>>)(_ => Task.FromResult(b)))])
    {
    }

    /// <summary>The chain of a full backup and the slices after it by their roots, each opened when it is its turn.</summary>
    public OplogChain(RestoreSession session, IEnumerable<Cid> roots)
        : this([.. roots.Select(root => (Func<CancellationToken, Task<OpenedBackup>>)(ct => session.OpenOther(root, ct)))])
    {
    }

    /// <summary>
    /// Every entry once, in order, up to and with this optime (null: to the end). Fails with <see cref="ErrorKind.OplogGap"/> when the backups end
    /// before it.
    /// </summary>
    public async IAsyncEnumerable<OplogEntry> Read(Optime? through, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        OplogMark? covered = null;
        foreach (var open in backups)
        {
            if (covered?.Optime >= through) yield break;
            var backup = await open(cancellationToken);
            if (backup.Index.Oplog is not { } oplog)
                throw new BackupException(ErrorKind.OplogGap, $"read the oplog of backup {backup.Index.Backup}: it holds none", "it was taken without an oplog: restore it without a point in time");
            if (covered is not null)
            {
                if (oplog.Through.Optime <= covered.Optime) continue;
                if (oplog.After.Optime > covered.Optime) throw Gap(backup.Index, covered, $"it begins behind {oplog.After}");
                if (oplog.After.Optime == covered.Optime && oplog.After != covered) throw Gap(backup.Index, covered, "it begins behind another entry of this time");
            }
            var joined = covered is null || oplog.After == covered;
            await foreach (var entry in Entries(backup, oplog, cancellationToken))
            {
                if (covered is not null && entry.Optime <= covered.Optime)
                {
                    if (entry.Optime == covered.Optime) joined = OplogMark.Of(entry) == covered ? true : throw Gap(backup.Index, covered, "it has another entry of this time");
                    continue;
                }
                if (!joined) throw Gap(backup.Index, covered!, $"it has no such entry before {entry.Optime}");
                if (entry.Optime > through) yield break;
                yield return entry;
            }
            covered = oplog.Through;
        }
        if (covered?.Optime < through)
            throw new BackupException(ErrorKind.OplogGap, $"read the oplog through {through}: these backups end at {covered}", WindowsHint);
    }

    // whole, in order, and as many as the index says
    private static async IAsyncEnumerable<OplogEntry> Entries(OpenedBackup backup, IndexedOplog oplog, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = oplog.After.Optime;
        long count = 0;
        foreach (var file in oplog.Files)
        {
            var assembler = new DocumentAssembler();
            await foreach (var stretch in backup.ReadFile(file, cancellationToken))
            {
                foreach (var document in assembler.Add(stretch))
                {
                    var entry = OplogEntry.Read(document);
                    if (entry.Optime <= last || entry.Optime > oplog.Through.Optime)
                        throw BackupException.Corrupt($"read the oplog of backup {backup.Index.Backup}: entry {entry.Optime} stands behind {last}, and the stretch ends at {oplog.Through}");
                    (last, count) = (entry.Optime, count + 1);
                    yield return entry;
                }
            }
            assembler.Finish();
        }
        if (count != oplog.Entries) throw BackupException.Corrupt($"read the oplog of backup {backup.Index.Backup}: it holds {count} entries, the index says {oplog.Entries}");
    }

    private static BackupException Gap(BackupIndex index, OplogMark covered, string why) => new(
        ErrorKind.OplogGap, $"join backup {index.Backup} to the oplog before it, which ends at {covered}: {why}", WindowsHint);
}
