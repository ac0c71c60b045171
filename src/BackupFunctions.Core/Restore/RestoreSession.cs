using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Restore;

/// <summary>Opens the backup that a restore reads, once for all its activities in this process.</summary>
public sealed class RestoreSession(Func<Cid, IBackupContent> content, IKeySource keySource) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private (Cid Root, OpenedBackup Backup)? _opened;

    /// <summary>The backup under this root; it stays this session's.</summary>
    public async Task<OpenedBackup> Open(Cid root, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_opened is { } opened && opened.Root == root) return opened.Backup;
            var backup = await OpenedBackup.Open(content(root), keySource, cancellationToken);
            _opened?.Backup.Dispose();
            _opened = (root, backup);
            return backup;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _opened?.Backup.Dispose();
        _gate.Dispose();
    }
}
