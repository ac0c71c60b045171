using System.Globalization;

namespace BackupFunctions.Transfer;

/// <summary>
/// The directory that is the root of an exported CAR: <c>manifest</c>, a revision of the manifest that lists just what is exported, and
/// <c>backups/NNNN</c>, the full backup and then its slices in order.
/// </summary>
internal static class ExportLayout
{
    public const string Manifest = "manifest";

    public static string Backup(int number) => string.Create(CultureInfo.InvariantCulture, $"backups/{number:D4}");
}
