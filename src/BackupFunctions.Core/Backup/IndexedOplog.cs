using BackupFunctions.Mongo;

namespace BackupFunctions.Backup;

/// <summary>
/// A stretch of the oplog as a backup holds it: every entry behind <see cref="After"/> up to and with <see cref="Through"/>, in order, in
/// files that are read one after the other. Entries on namespaces that are never backed up may be left out; the marks are of entries as
/// the server had them. <see cref="Entries"/> and <see cref="Bytes"/> count what the files hold.
/// </summary>
public sealed record IndexedOplog(OplogMark After, OplogMark Through, long Entries, long Bytes, IReadOnlyList<IndexedFile> Files);
