using System.Text.Json;

namespace BackupFunctions.Api.Hosting;

/// <summary>Starts workflows in the durable engine of a host. Thread-safe; an engine whose store cannot be reached throws.</summary>
public interface IWorkflowStarter
{
    /// <summary>
    /// Starts a workflow by name under this id, and gives null; when an instance of this id is there that has not ended, nothing is started and that instance is given. One that has ended
    /// is replaced, with its history. May be repeated. Ids and names are case-sensitive.
    /// </summary>
    Task<WorkflowInstance?> Start(string workflow, string instanceId, JsonElement input, CancellationToken cancellationToken);
}
