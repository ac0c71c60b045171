namespace BackupFunctions.Mongo;

/// <summary>
/// When a read of the oplog ends. Without any limit it ends at the majority commit point of its beginning. Time is never what decides that a
/// slice is complete: it only says after which wait the commit point is asked for the last time.
/// </summary>
/// <param name="MaxBytes">Ends behind the entry that reaches so many bytes.</param>
/// <param name="Wait">Goes on reading what is written for so long.</param>
/// <param name="StopAt">Ends at exactly this entry, which must be there.</param>
public sealed record OplogLimits(long MaxBytes = long.MaxValue, TimeSpan Wait = default, OplogMark? StopAt = null);
