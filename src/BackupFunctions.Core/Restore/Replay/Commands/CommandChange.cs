namespace BackupFunctions.Restore;

/// <summary>
/// What a command of the oplog does: to the target (null when nothing), and after that to the catalogue. The first is left out where it has been done
/// before; the second never.
/// </summary>
internal sealed record CommandChange(Func<CancellationToken, Task>? Apply, Action Fold)
{
    /// <summary>Nothing at all.</summary>
    public static CommandChange None { get; } = new(null, () => { });
}
