using System.Text;
using BackupFunctions.Ambient;
using BackupFunctions.Encryption;

namespace BackupFunctions.Benchmarks.Engine;

/// <summary>A temporary directory with a new key; vaults, staging and catalogue go there. Disposing deletes it.</summary>
internal sealed class BenchmarkWorkspace : IDisposable
{
    public BenchmarkWorkspace()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("backupfunctions-benchmark-").FullName;
        File.WriteAllText(KeyFileIn(Directory), RawKeySecret.NewKey(new SystemRandomSource()), Encoding.ASCII);
        foreach (var number in new[] { 1, 2 }) System.IO.Directory.CreateDirectory(VaultIn(Directory, number));
    }

    public string Directory { get; }

    /// <summary>Where a workspace keeps its key.</summary>
    public static string KeyFileIn(string directory) => Path.Combine(directory, "key");

    /// <summary>Where a workspace keeps a vault, 1 or 2.</summary>
    public static string VaultIn(string directory, int number) => Path.Combine(directory, $"vault-{number}");

    /// <summary>Bytes of all files of the first vault.</summary>
    public long VaultBytes => new DirectoryInfo(VaultIn(Directory, 1)).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
