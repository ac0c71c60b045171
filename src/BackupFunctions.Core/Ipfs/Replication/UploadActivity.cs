using BackupFunctions.Backup;
using BackupFunctions.Repositories;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Sends the staged segments of a root to one node, for half a minute at a time, so that a status shows how far it is. Each is held by its guard as soon as it is there, and one whose guard the
/// node holds is not sent again. A limit holds for all nodes together.
/// </summary>
internal sealed class UploadActivity(
    RepositorySession session, IReadOnlyList<IIpfsNode> nodes, IStaging staging, StagedObjects staged, TimeProvider time, RateLimit? limit = null) : IActivity<UploadInput, UploadResult>
{
    private const int Attempts = 3;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public ActivityName<UploadInput, UploadResult> Name => BackupActivities.UploadToNode;

    /// <inheritdoc/>
    public async Task<UploadResult> Run(UploadInput input, CancellationToken cancellationToken)
    {
        var node = nodes[input.Node];
        var guardName = PinNames.Guard((await session.Open(cancellationToken)).Id);
        if (await Staged(input, cancellationToken) is not { } backup) return new(input.From, input.From, 0, 0);
        var started = time.GetTimestamp();
        var next = input.From;
        long blocks = 0, bytes = 0;
        while (next < backup.Segments.Count && (next == input.From || time.GetElapsedTime(started) < Turn))
        {
            var segment = backup.Segments[next++];
            if (await node.IsHeld(segment.Guard, cancellationToken)) continue;
            var imported = await Import(node, input.Backup, segment, guardName, cancellationToken);
            blocks += imported.Blocks;
            bytes += imported.Bytes;
        }
        return new(next, backup.Segments.Count, blocks, bytes);
    }

    // another instance may have taken this run for dead, delivered what it had staged, and tidied up
    private async Task<StagedBackup?> Staged(UploadInput input, CancellationToken cancellationToken)
    {
        try
        {
            return await staged.Load<StagedBackup>(input.Backup, StagedBackup.RecordName, cancellationToken);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.NotFound)
        {
            if (await nodes[input.Node].IsPinned(input.Root, cancellationToken)) return null;
            throw;
        }
    }

    private async Task<ImportSummary> Import(IIpfsNode node, BackupId backup, StagedCar segment, string guardName, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await node.ImportHeld(Open, segment.Guard, guardName, cancellationToken);
            }
            catch (BackupException e) when (e.Kind == ErrorKind.NotFound && attempt < Attempts)
            {
                // a garbage collection came between
            }
        }

        async Task<Stream> Open(CancellationToken token)
        {
            var read = await staging.OpenRead(backup.ToString(), segment.Name, token);
            return limit is null ? read : new RateLimitedStream(read, limit);
        }
    }
}
