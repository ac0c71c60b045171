namespace BackupFunctions.Verification.Drills;

/// <summary>A server of MongoDB that held nothing when it was started, for one restore drill: its connection string. With it goes all that it holds.</summary>
public sealed record ScratchServer(string Uri, IAsyncDisposable Server) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
