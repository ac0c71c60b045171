using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;

namespace BackupFunctions.Tests.Manifest;

/// <summary>Backups with stretches of an oplog that has one entry at each even second, for tests of chains.</summary>
internal static class OplogEntries
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The entry of this second; another branch is another history.</summary>
    public static OplogMark Mark(int second, int branch = 0) =>
        new(new((uint)second, 1, branch), Hash256.Sha256(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{second}/{branch}"))));

    public static BackupEntry Full(int number, int after, int through, int? consistentAt = null) =>
        Entry(number, BackupType.Full, Mark(after), Mark(through)) with { ConsistentAt = Mark(consistentAt ?? through).Optime };

    public static BackupEntry Slice(int number, OplogMark after, OplogMark through) => Entry(number, BackupType.Incremental, after, through);

    public static BackupEntry Slice(int number, int after, int through) => Slice(number, Mark(after), Mark(through));

    public static CoverageAdvanced Covered(int after, int through) => new(Mark(after), Mark(through), Start);

    public static GapRecorded Lost(int after, OplogGapReason reason = OplogGapReason.RolledOver) => new(Mark(after), null, reason, Start);

    private static BackupEntry Entry(int number, BackupType type, OplogMark after, OplogMark through) =>
        Entries.Entry(number) with { Id = BackupId.At(Start.AddMinutes(number), new Guid(number, 0, 0, new byte[8])), Type = type, Root = Cid.Raw(BitConverter.GetBytes(number)), Oplog = new(after, through, 1) };
}
