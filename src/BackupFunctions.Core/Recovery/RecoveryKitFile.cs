using System.Text;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Repositories;

namespace BackupFunctions.Recovery;

/// <summary>Keeps the newest recovery kit in a file, which is replaced as a whole.</summary>
internal sealed class RecoveryKitFile(string path, IReadOnlyList<NodeSetting> nodes, RepositorySession session, IFiles files)
{
    /// <summary>The kit of this revision, and what kept it from being written: a backup that is recorded stays one.</summary>
    public async Task<(RecoveryKit Kit, string? Problem)> Write(Cid manifest, ulong revision, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        var kit = new RecoveryKit(RecoveryKit.CurrentFormat, repository.Id, revision, manifest, [.. repository.Keyring.Slots.Select(s => s.Context.Id).Distinct()], [.. nodes.Select(n => n.BareAddress)]);
        try
        {
            using var file = files.Create(path);
            file.Stream.Write(Encoding.UTF8.GetBytes($"{kit}\n"));
            file.Commit();
            return (kit, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (kit, $"write the recovery kit {path} ({SettingNames.RecoveryKit}): {e.Message}");
        }
    }
}
