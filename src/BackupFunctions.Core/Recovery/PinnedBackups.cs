using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Restore;
using BackupFunctions.Serialization;

namespace BackupFunctions.Recovery;

/// <summary>Backups that are pinned, by what they say of themselves under the repository's keys.</summary>
internal sealed class PinnedBackups(RevisionEvidence evidence, FoundRepository found)
{
    /// <summary>Whether a node that answers pins this root.</summary>
    public bool IsPinned(Cid root) => evidence.Pins.ByRoot.Contains(root);

    /// <summary>What keeps this backup from being listed: null when it is pinned, and its index opens and is its own.</summary>
    public async Task<string?> ProblemOf(BackupEntry backup, CancellationToken cancellationToken)
    {
        if (!IsPinned(backup.Root)) return "no node that answers pins it";
        try
        {
            return (await Open(backup.Root, 0, cancellationToken)).Id == backup.Id ? null : "its root is of another backup";
        }
        catch (BackupException e)
        {
            return e.Message;
        }
    }

    /// <summary>Pinned backups of this repository that are none of these; entries made from their indexes, with no verified copy, oldest first.</summary>
    public async Task<IReadOnlyList<BackupEntry>> Others(IReadOnlySet<Cid> known, int wantedCopies, CancellationToken cancellationToken)
    {
        var name = PinNames.Backup(found.Newest.Repository);
        var entries = new List<BackupEntry>();
        foreach (var pinned in evidence.Pins.ByRoot.Where(p => !known.Contains(p.Key) && p.Any(pin => pin.KeepsNames ? pin.Name == name : pin.Root.Codec == Cid.DagPbCodec)))
        {
            try
            {
                entries.Add(await Open(pinned.Key, wantedCopies, cancellationToken));
            }
            catch (BackupException)
            {
                // not a backup, or none that this key opens
            }
        }
        return [.. entries.OrderBy(e => e.Id)];
    }

    private async Task<BackupEntry> Open(Cid root, int wantedCopies, CancellationToken cancellationToken)
    {
        var content = new DagContent(evidence.Blocks, root);
        var header = EngineJson.Read<BackupHeader>(await content.ReadHeader(cancellationToken), $"{BackupHeader.FileName} of {root}");
        if (header.Repository != found.Newest.Repository) throw BackupException.Corrupt($"open backup {root}: it is of repository {header.Repository}");
        using var opener = new BlockOpener(found.Keys.Find);
        return BackupEntry.Of(await OpenedBackup.ReadIndex(content, opener, header.Backup, cancellationToken), root, header.Epoch, 0, wantedCopies);
    }
}
