using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Serialization;

namespace BackupFunctions.Tests.Manifest;

/// <summary>Backups that were never made, for the manifest's tests.</summary>
internal static class Entries
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A backup of its own for each number; a later one for a greater number.</summary>
    public static BackupEntry Entry(int number)
    {
        var root = Cid.Raw(BitConverter.GetBytes(number));
        var id = BackupId.At(Start.AddMinutes(number), new Guid(number, 0, 0, new byte[8]));
        return new(id, BackupType.Full, root, 1, Start.AddMinutes(number), Start.AddMinutes(number + 1), null, null, null, number, 10L * number, 5, 2, [$"shop.{number}"],
            [new NodeCopy("a", "node 1", Start, 3, 3), new NodeCopy("b", "node 2", Start, 3, 3)], 2);
    }

    public static IReadOnlyList<ManifestChange> Change(int number) => [new BackupRecorded(Entry(number))];

    /// <summary>Everything that a state lists, comparable.</summary>
    public static string Text(this ManifestState state) => System.Text.Encoding.UTF8.GetString(EngineJson.Write(state.Backups.ToList()));

    public static IReadOnlyList<string> Numbers(this ManifestState state) =>
        [.. state.Backups.Select(b => b.Documents.ToString(CultureInfo.InvariantCulture))];
}
