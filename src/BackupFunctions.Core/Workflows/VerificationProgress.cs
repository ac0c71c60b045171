using System.Globalization;

namespace BackupFunctions.Workflows;

/// <summary>What a verification tells about all copies together, and about each.</summary>
internal sealed class VerificationProgress(IWorkflowContext context, int nodes)
{
    private readonly Lock _gate = new();
    private readonly string[] _steps = [.. Enumerable.Repeat("waiting", nodes)];
    private readonly long[] _bytes = new long[nodes];
    private int _ended;

    /// <summary>So many blocks were hashed.</summary>
    public void Hashed(int node, long blocks) => Set(node, string.Create(CultureInfo.InvariantCulture, $"{blocks} blocks hashed"), null, 0);

    /// <summary>So many files were opened, with so many bytes.</summary>
    public void Opened(int node, int files, int total, long bytes) => Set(node, string.Create(CultureInfo.InvariantCulture, $"{files} of {total} files opened"), bytes, 0);

    /// <summary>Nothing more is looked at there.</summary>
    public void Ended(int node, bool whole) => Set(node, whole ? "whole" : "not whole", null, 1);

    private void Set(int node, string step, long? bytes, int ended)
    {
        WorkflowStatus status;
        lock (_gate)
        {
            _steps[node] = step;
            _bytes[node] = bytes ?? _bytes[node];
            _ended += ended;
            status = new("verify", _ended, nodes, _bytes.Sum(), string.Join(", ", _steps.Select((s, at) => string.Create(CultureInfo.InvariantCulture, $"node {at + 1}: {s}"))));
        }
        context.SetStatus(status);
    }
}
