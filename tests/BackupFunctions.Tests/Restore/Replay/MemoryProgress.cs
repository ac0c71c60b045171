using BackupFunctions.Mongo;
using BackupFunctions.Restore;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>A position that outlives a replay within a test.</summary>
internal sealed class MemoryProgress : IReplayProgress
{
    public Optime? Position { get; private set; }

    public int Saves { get; private set; }

    public Task<Optime?> Load(CancellationToken cancellationToken) => Task.FromResult(Position);

    public Task Save(Optime appliedThrough, CancellationToken cancellationToken)
    {
        (Position, Saves) = (appliedThrough, Saves + 1);
        return Task.CompletedTask;
    }
}
