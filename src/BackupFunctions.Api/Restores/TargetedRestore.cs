using BackupFunctions.Configuration;
using BackupFunctions.Encryption;
using BackupFunctions.Restore;

namespace BackupFunctions.Api.Restores;

/// <summary>The input of a restore as hosts keep it: what Core's workflow takes, and where to.</summary>
public sealed record TargetedRestore(RestoreInput Restore, RestoreTarget Target)
{
    /// <summary>What was to be said about the choice when it was made, and is again at the end.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>
/// A connection string as a host may keep and show it: with its secrets masked, and sealed under the backup key, so that only who can open the backups can read it.
/// </summary>
public sealed record RestoreTarget(string Shown, string Sealed)
{
    private const string Purpose = "restore-target";

    /// <summary>Seals a connection string.</summary>
    public static async Task<RestoreTarget> Seal(string uri, IKeySource keys, Ambient.IRandomSource random, CancellationToken cancellationToken)
    {
        using var secret = await keys.Read(cancellationToken);
        return new(Masking.MaskUri(uri), SealedText.Seal(secret, Purpose, uri, random));
    }

    /// <summary>The connection string.</summary>
    public async Task<string> Open(IKeySource keys, CancellationToken cancellationToken)
    {
        using var secret = await keys.Read(cancellationToken);
        return SealedText.Open(secret, Purpose, Sealed);
    }
}
