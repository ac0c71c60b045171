using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>Decides when the position is worth noting.</summary>
internal sealed class ProgressKeeper(IReplayProgress? progress, TimeProvider time, TimeSpan every, long bytes)
{
    private Optime? _saved;
    private long _last = time.GetTimestamp();
    private long _bytes;

    /// <summary>Where the run before stopped, or null.</summary>
    public async Task<Optime?> Load(CancellationToken cancellationToken) =>
        _saved = progress is null ? null : await progress.Load(cancellationToken).ConfigureAwait(false);

    /// <summary>After a batch of this many bytes: notes the position now and then.</summary>
    public Task Offer(Optime? through, long size, CancellationToken cancellationToken)
    {
        _bytes += size;
        return _bytes >= bytes || time.GetElapsedTime(_last) >= every ? Save(through, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Notes the position unless it is noted.</summary>
    public async Task Save(Optime? through, CancellationToken cancellationToken)
    {
        if (progress is null || through is null || (_saved is not null && through <= _saved)) return;
        await progress.Save(through, cancellationToken).ConfigureAwait(false);
        (_saved, _last, _bytes) = (through, time.GetTimestamp(), 0);
    }
}
