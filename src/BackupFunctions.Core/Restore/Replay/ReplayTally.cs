namespace BackupFunctions.Restore;

/// <summary>Counts and warnings of one replay.</summary>
internal sealed class ReplayTally
{
    private const int MostWarnings = 100;

    private readonly HashSet<string> _seen = [];
    private readonly List<string> _warnings = [];

    public long Entries { get; set; }

    public long Operations { get; set; }

    public long Transactions { get; set; }

    public long Skipped { get; set; }

    public long Missing { get; set; }

    /// <summary>Warnings in their order, each once; of very many only the first.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public void Warn(string warning)
    {
        if (_warnings.Count < MostWarnings && _seen.Add(warning)) _warnings.Add(warning);
    }
}
