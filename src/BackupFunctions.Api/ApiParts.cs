using BackupFunctions.Ambient;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Messages;
using BackupFunctions.Configuration;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api;

/// <summary>What the handlers take from the host.</summary>
/// <param name="Engine">The engine; stays the host's.</param>
/// <param name="Starter">Starts workflows in its durable engine.</param>
/// <param name="Key">What requests are checked against where detail depends on the key.</param>
/// <param name="Redactor">Knows the secrets that no answer may show.</param>
/// <param name="Time">The clock.</param>
/// <param name="Random">Where seeds and salts come from.</param>
public sealed record ApiParts(BackupEngine Engine, IWorkflowStarter Starter, ApiKey Key, SecretRedactor Redactor, TimeProvider Time, IRandomSource Random)
{
    /// <summary>What the status API is served from; the default is null, for a host whose durable engine serves that API itself.</summary>
    public IWorkflowInstances? Instances { get; init; }

    /// <summary>Where a started instance is found; the default is the address of the request.</summary>
    public Func<HttpRequest, string, ManagementUris> Uris { get; init; } = ManagementUris.Of;

    /// <summary>What the host starts by itself, the soonest first.</summary>
    public required Func<IReadOnlyList<ScheduledRun>> Schedules { get; init; }
}
