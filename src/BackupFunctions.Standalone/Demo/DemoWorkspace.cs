using System.Text;
using BackupFunctions.Ambient;

namespace BackupFunctions.Standalone.Demo;

/// <summary>The temporary directory of a run, with the key and the vaults; disposing deletes it unless it is kept.</summary>
internal sealed class DemoWorkspace : IDisposable
{
    private const int KeyBytes = 32;

    private DemoWorkspace(string directory, bool keep) => (Directory, Keep) = (directory, keep);

    public string Directory { get; }

    public bool Keep { get; }

    public string KeyFile => Path.Combine(Directory, "key");

    /// <summary>URLs of the two vaults.</summary>
    public IReadOnlyList<string> Vaults => [Vault(1), Vault(2)];

    /// <summary>Makes the directory, readable by its owner alone, and a new key in it.</summary>
    public static DemoWorkspace Create(string parent, IRandomSource random, bool keep)
    {
        Span<byte> bytes = stackalloc byte[8 + KeyBytes];
        random.Fill(bytes);
        var path = Path.Combine(Path.GetFullPath(parent), $"backupfunctions-demo-{Convert.ToHexStringLower(bytes[..8])}");
        if (OperatingSystem.IsWindows()) System.IO.Directory.CreateDirectory(path);
        else System.IO.Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var workspace = new DemoWorkspace(path, keep);
        using var key = new DiskFiles().Create(workspace.KeyFile, ownerOnly: true);
        key.Stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes[8..]) + "\n"));
        key.Commit();
        foreach (var vault in workspace.Vaults) System.IO.Directory.CreateDirectory(new Uri(vault).LocalPath);
        return workspace;
    }

    public void Dispose()
    {
        if (!Keep && System.IO.Directory.Exists(Directory)) System.IO.Directory.Delete(Directory, recursive: true);
    }

    private string Vault(int number) => new Uri(Path.Combine(Directory, $"vault-{number}")).AbsoluteUri;
}
