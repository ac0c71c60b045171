using System.Globalization;

namespace BackupFunctions.Workflows;

/// <summary>What a scrub tells about all copies together, and about each.</summary>
internal sealed class ScrubProgress(IWorkflowContext context, int copies)
{
    private readonly Lock _gate = new();
    private readonly string[] _steps = [.. Enumerable.Repeat("waiting", copies)];
    private int _ended;

    /// <summary>So many of the backups are read, with so many blocks.</summary>
    public void Read(int copy, int backups, int total, long blocks) =>
        Set(copy, string.Create(CultureInfo.InvariantCulture, $"{backups} of {total} backups, {blocks} blocks"), 0);

    /// <summary>Nothing more is looked at there.</summary>
    public void Ended(int copy) => Set(copy, null, 1);

    private void Set(int copy, string? step, int ended)
    {
        WorkflowStatus status;
        lock (_gate)
        {
            _steps[copy] = step ?? _steps[copy];
            _ended += ended;
            status = new("scrub", _ended, copies, 0, string.Join(", ", _steps.Select((s, at) => string.Create(CultureInfo.InvariantCulture, $"copy {at + 1}: {s}"))));
        }
        context.SetStatus(status);
    }
}
