namespace BackupFunctions.Encryption;

/// <summary>The secret that wraps the repository keys. Disposing it clears its bytes.</summary>
public abstract class KeyEncryptionSecret : IDisposable
{
    /// <summary>Clears the bytes.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected abstract void Dispose(bool disposing);
}
