namespace BackupFunctions.Encryption;

/// <summary>Gives the key-encryption key: the one secret that the user keeps. Called once per run; the caller disposes what it gets.</summary>
public interface IKeySource
{
    /// <summary>The setting it came from, for messages: never the secret.</summary>
    string Name { get; }

    /// <summary>Fails with <see cref="ErrorKind.Configuration"/> when there is none or it has a wrong form.</summary>
    Task<KeyEncryptionSecret> Read(CancellationToken cancellationToken);
}
