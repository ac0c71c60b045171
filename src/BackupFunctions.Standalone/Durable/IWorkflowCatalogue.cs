using System.Text.Json;
using BackupFunctions.Workflows;

namespace BackupFunctions.Standalone.Durable;

/// <summary>The workflows that a host knows by name.</summary>
internal interface IWorkflowCatalogue
{
    /// <summary>
    /// Gets a workflow ready to run with an input; the caller disposes what it gets when the run has ended. A name that is unknown and an input that cannot be read are errors of the run.
    /// </summary>
    Task<OpenedWorkflow> Open(string name, JsonElement input, CancellationToken cancellationToken);
}

/// <summary>A workflow that is ready: its activities, itself, whose result is JSON, and what it holds meanwhile.</summary>
internal sealed record OpenedWorkflow(ActivityRegistry Activities, Func<IWorkflowContext, Task<JsonElement>> Run, params IReadOnlyList<object> Held) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        foreach (var held in Held.Reverse())
        {
            if (held is IAsyncDisposable later) await later.DisposeAsync();
            else (held as IDisposable)?.Dispose();
        }
    }
}
