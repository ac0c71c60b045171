using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Restore;
using BackupFunctions.Workflows;

namespace BackupFunctions.Verification;

/// <summary>
/// Opens the files of one copy with the key: their lists, and where they are read whole every chunk, which must hash to what was dumped. Nothing is read from elsewhere than this node.
/// </summary>
internal sealed class VerifyFilesActivity(IReadOnlyList<IIpfsNode> nodes, Func<KeyringUnlocker> unlocker, TimeProvider time) : IActivity<VerifyFilesInput, FilesVerified>
{
    private const int MaxFindings = 16;
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(3);

    /// <inheritdoc/>
    public ActivityName<VerifyFilesInput, FilesVerified> Name => VerificationActivities.VerifyFiles;

    /// <inheritdoc/>
    public async Task<FilesVerified> Run(VerifyFilesInput input, CancellationToken cancellationToken)
    {
        using var backup = await OpenedBackup.OpenAlone(new DagContent(new BlockReader([nodes[input.Node]]), input.Root), unlocker(), cancellationToken);
        var files = backup.Index.Collections.SelectMany(c => c.Files).Concat(backup.Index.Oplog?.Files ?? []).ToList();
        var findings = new List<string>();
        var started = time.GetTimestamp();
        var next = input.From;
        long bytes = 0;
        while (next < files.Count && findings.Count < MaxFindings && (next == input.From || time.GetElapsedTime(started) < Turn))
        {
            var file = files[next++];
            try
            {
                if (!input.Whole) await backup.ReadList(file, cancellationToken);
                else await foreach (var stretch in backup.ReadFile(file, cancellationToken)) bytes += stretch.Length;
            }
            catch (BackupException e) when (e.Kind is ErrorKind.Corrupt or ErrorKind.NotFound)
            {
                findings.Add(e.Message);
            }
        }
        return new(next, files.Count, bytes, findings);
    }
}
