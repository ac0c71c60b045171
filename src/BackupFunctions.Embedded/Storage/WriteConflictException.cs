namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// A write meets what an open transaction has written, or what was written after the transaction's snapshot. In a transaction it becomes error
/// 112; outside of one, the write waits until the other transaction has ended and is done again.
/// </summary>
internal sealed class WriteConflictException() : Exception("write conflict");
