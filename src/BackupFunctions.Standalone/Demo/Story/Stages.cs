namespace BackupFunctions.Standalone.Demo.Story;

/// <summary>The stages that were told already.</summary>
internal sealed class Stages
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Whether this stage is new.</summary>
    public bool Enter(string stage)
    {
        lock (_gate) return _seen.Add(stage);
    }
}
