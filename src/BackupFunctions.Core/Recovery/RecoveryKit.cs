using System.Text;
using BackupFunctions.Ipfs;
using BackupFunctions.Serialization;

namespace BackupFunctions.Recovery;

/// <summary>
/// What shortens the worst day: which revision of which repository was the newest after a backup, the ids of the key slots, and the addresses of the nodes. It holds no
/// secret, and nothing that the nodes and the key would not give.
/// </summary>
public sealed record RecoveryKit(int Format, RepositoryId Repository, ulong Revision, Cid Manifest, IReadOnlyList<string> Keys, IReadOnlyList<string> Nodes)
{
    /// <summary>The format that this code writes and reads.</summary>
    public const int CurrentFormat = 0;

    /// <summary>Reads it; <see cref="ErrorKind.Corrupt"/> when it is none.</summary>
    public static RecoveryKit Parse(ReadOnlySpan<byte> utf8, string name)
    {
        var kit = EngineJson.Read<RecoveryKit>(utf8, $"recovery kit {name}");
        return kit.Format == CurrentFormat ? kit : throw new BackupException(ErrorKind.Failed, $"read recovery kit {name}: format {kit.Format} is unknown", "use a newer version of backupfn");
    }

    /// <summary>Its JSON, one line.</summary>
    public override string ToString() => Encoding.UTF8.GetString(EngineJson.Write(this));
}
