namespace BackupFunctions.Configuration;

/// <summary>
/// Where sealed segments wait for their upload: a directory, absolute, or a container of blobs by its address, the other being null. The container is reached by a
/// connection string, or without one by the identity that the process has. Its text form has no secret.
/// </summary>
public sealed record StagingSetting(string? Directory, Uri? Container = null, string? ConnectionString = null)
{
    /// <inheritdoc/>
    public override string ToString() => Directory ?? Container!.AbsoluteUri;
}
