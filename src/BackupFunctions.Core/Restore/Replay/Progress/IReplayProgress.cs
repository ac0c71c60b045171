using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// Remembers how far a replay is, for one that is started again. Everything that takes effect at the position or before is on the target, and nothing
/// after the last command (creating, renaming, dropping) behind it is, but for that one command. One call at a time; what was saved survives the
/// process.
/// </summary>
public interface IReplayProgress
{
    /// <summary>The position, or null at the first start.</summary>
    Task<Optime?> Load(CancellationToken cancellationToken);

    /// <summary>Notes a later position; may be repeated.</summary>
    Task Save(Optime appliedThrough, CancellationToken cancellationToken);
}
