using BackupFunctions.Encryption;
using BackupFunctions.Repositories;
using BackupFunctions.Serialization;
using BackupFunctions.Staging;

namespace BackupFunctions.Backup;

/// <summary>
/// What the activities of a run tell each other beyond their small messages: sealed like everything else, because it names collections and
/// keys, and staged beside the segments.
/// </summary>
internal sealed class StagedObjects(IStaging staging, RepositorySession repository)
{
    /// <summary>Seals and stages a value under a name; one that is there is replaced.</summary>
    public async Task Save<T>(BackupId backup, string name, T value, CancellationToken cancellationToken)
    {
        using var sealer = new BlockSealer((await repository.Open(cancellationToken)).Keys.Current);
        await using var staged = await staging.Create(backup.ToString(), name, cancellationToken);
        foreach (var block in SealedObject.Seal(sealer, BlockType.Staged, backup.ToArray(), EngineJson.Write(value)))
            await staged.Stream.WriteAsync(block.Bytes, cancellationToken);
        await staged.Commit(cancellationToken);
    }

    /// <summary>Reads a value back; <see cref="ErrorKind.NotFound"/> when it was never staged.</summary>
    public async Task<T> Load<T>(BackupId backup, string name, CancellationToken cancellationToken)
    {
        using var opener = (await repository.Open(cancellationToken)).Opener();
        await using var stream = await staging.OpenRead(backup.ToString(), name, cancellationToken);
        var json = await SealedObject.Open(opener, BlockType.Staged, backup.ToArray(), stream, cancellationToken);
        return EngineJson.Read<T>(json, $"staged {name} of backup {backup}");
    }

    /// <summary>Reads a value back, or gives null when it was never staged.</summary>
    public async Task<T?> Find<T>(BackupId backup, string name, CancellationToken cancellationToken) where T : class
    {
        try
        {
            return await Load<T>(backup, name, cancellationToken);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }
}
