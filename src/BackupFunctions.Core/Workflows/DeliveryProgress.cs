using System.Globalization;

namespace BackupFunctions.Workflows;

/// <summary>What a delivery tells about all its nodes together, and about each.</summary>
internal sealed class DeliveryProgress(IWorkflowContext context, int nodes)
{
    private readonly Lock _gate = new();
    private readonly string[] _steps = [.. Enumerable.Repeat("waiting", nodes)];
    private readonly long[] _done = new long[nodes];
    private readonly long[] _total = new long[nodes];
    private long _bytes;

    /// <summary>So many segments are there, and so many more bytes.</summary>
    public void Sent(int node, long done, long total, long bytes) => Set(node, string.Create(CultureInfo.InvariantCulture, $"{done} of {total} sent"), done, total, bytes);

    /// <summary>So many more bytes came from another copy.</summary>
    public void Copied(int node, long bytes) => Set(node, "copying", null, null, bytes);

    /// <summary>It is read back.</summary>
    public void Verifies(int node) => Set(node, "verifying", null, null, 0);

    private void Set(int node, string step, long? done, long? total, long bytes)
    {
        WorkflowStatus status;
        lock (_gate)
        {
            _steps[node] = step;
            _done[node] = done ?? _done[node];
            _total[node] = total ?? _total[node];
            _bytes += bytes;
            status = new("upload", _done.Sum(), _total.Sum(), _bytes, string.Join(", ", _steps.Select((s, at) => string.Create(CultureInfo.InvariantCulture, $"node {at + 1}: {s}"))));
        }
        context.SetStatus(status);
    }
}
