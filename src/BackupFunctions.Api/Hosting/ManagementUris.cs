using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Hosting;

/// <summary>Where the instance that was started can be asked about and changed: the body of every 202 of a start. Holds no key.</summary>
public sealed record ManagementUris(
    string Id, string StatusQueryGetUri, string SendEventPostUri, string TerminatePostUri, string PurgeHistoryDeleteUri, string SuspendPostUri, string ResumePostUri)
{
    /// <summary>The base path of the status API.</summary>
    public const string BasePath = "/runtime/webhooks/durabletask";

    /// <summary>By the address under which the request came in.</summary>
    public static ManagementUris Of(HttpRequest request, string instanceId)
    {
        var instance = $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}{BasePath}/instances/{Uri.EscapeDataString(instanceId)}";
        return new(instanceId, instance, $"{instance}/raiseEvent/{{eventName}}", $"{instance}/terminate?reason={{text}}", instance, $"{instance}/suspend?reason={{text}}", $"{instance}/resume?reason={{text}}");
    }
}
