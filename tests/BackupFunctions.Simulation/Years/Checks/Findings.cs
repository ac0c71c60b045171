namespace BackupFunctions.Simulation.Years.Checks;

/// <summary>Collects what must not be.</summary>
internal sealed class Findings
{
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    public void Add(string violation) => _all.Add(violation);

    public void AddRange(IEnumerable<string> violations) => _all.AddRange(violations);

    /// <summary>Runs a check; what it fails with is a finding too.</summary>
    public async Task Try(string what, Func<Task> check)
    {
        try
        {
            await check();
        }
        catch (Exception e)
        {
            _all.Add($"{what}: {e.Message}");
        }
    }
}
