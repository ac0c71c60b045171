namespace BackupFunctions.Ambient;

/// <summary>What a reader can do about a file error.</summary>
internal static class DiskProblem
{
    /// <summary>Whether the volume, or the owner's quota on it, is full: ENOSPC and EDQUOT, or Windows' two codes.</summary>
    public static bool IsFull(Exception e) =>
        e is IOException && (OperatingSystem.IsWindows() ? (e.HResult & 0xffff) is 0x70 or 0x27 : e.HResult is 28 or 122 or 69);

    /// <summary>A hint about a directory.</summary>
    public static string HintFor(Exception e, string directory) => e switch
    {
        _ when IsFull(e) => $"free space on the volume of {directory}, or use another one",
        UnauthorizedAccessException => $"give this user the right to read and write {directory}",
        FileNotFoundException or DirectoryNotFoundException => $"check that the volume of {directory} is mounted",
        _ => $"check the disk that holds {directory}",
    };
}
