using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Restore;

/// <summary>Opens the backups that a restore reads; the full one once for all its activities in this process. Owns the unlocker.</summary>
public sealed class RestoreSession(Func<Cid, IBackupContent> content, KeyringUnlocker unlocker) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private (Cid Root, OpenedBackup Backup)? _opened;

    /// <summary>Opens them with their own copies of the keyring.</summary>
    public RestoreSession(Func<Cid, IBackupContent> content, IKeySource keySource)
        : this(content, new KeyringUnlocker(keySource))
    {
    }

    /// <summary>The backup under this root, kept open; it stays this session's.</summary>
    public async Task<OpenedBackup> Open(Cid root, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_opened is { } opened && opened.Root == root) return opened.Backup;
            var backup = await OpenOther(root, cancellationToken);
            _opened = (root, backup);
            return backup;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A backup beside it, such as a slice of the oplog; it stays this session's.</summary>
    public Task<OpenedBackup> OpenOther(Cid root, CancellationToken cancellationToken) => OpenedBackup.Open(content(root), unlocker, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        unlocker.Dispose();
        _gate.Dispose();
    }
}
