using BackupFunctions.Api.Backups;
using BackupFunctions.Api.Dashboard;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Instances;
using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Restores;
using BackupFunctions.Api.Retention;
using BackupFunctions.Api.Rotation;
using BackupFunctions.Api.Status;
using BackupFunctions.Api.Verifications;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Routes;

/// <summary>All routes: what hosts map, the OpenAPI document describes and docs/http-api.md explains.</summary>
public static class ApiRoutes
{
    private const string Instances = ManagementUris.BasePath + "/instances";

    /// <summary>The routes below <c>/api</c>.</summary>
    public static IReadOnlyList<ApiRoute> Api(ApiParts parts)
    {
        var (backups, restores, verifications, health) = (new BackupHandlers(parts), new RestoreHandlers(parts), new VerificationHandlers(parts), new HealthHandlers(parts));
        var (retention, scrubs, drills, rotations) = (new RetentionHandlers(parts), new ScrubHandlers(parts), new DrillHandlers(parts), new RotationHandlers(parts));
        return
        [
            new("GET", "/api/backups", "List backups, newest first", backups.List) { Query = ["type", "since", "until", "namespace", "limit"], Answers = Ok(typeof(BackupList)) },
            new("GET", "/api/backups/{id}", "Show a backup by id, root CID or latest", http => backups.Get(http, Value(http, "id"))) { Answers = Ok(typeof(BackupDetail)) },
            new("POST", "/api/backups", "Make a backup", backups.Create) { Body = typeof(BackupRequest), Answers = Accepted },
            new("DELETE", "/api/backups/{id}", "Remove a backup and what depends on it; it is unpinned after the grace period", http => retention.Remove(http, Value(http, "id"))) { Query = ["force"], Answers = Ok(typeof(BackupsRemoved)) },
            new("GET", "/api/windows", "From when to when every moment can be restored, and the gaps", backups.Windows) { Answers = Ok(typeof(WindowList)) },
            new("POST", "/api/restores", "Restore a backup, also to a point in time, into an explicit target", restores.Create)
                { Body = typeof(RestoreBody), Answers = new Dictionary<int, Type?> { [200] = typeof(RestorePlanned), [202] = typeof(ManagementUris) } },
            new("POST", "/api/verifications", "Check every copy of a backup by hash, and with the key", verifications.Create) { Body = typeof(VerificationRequest), Answers = Accepted },
            new("POST", "/api/scrubs", "Read blocks of all copies, and heal what is missing or damaged", scrubs.Create) { Body = typeof(ScrubRequest), Answers = Accepted },
            new("POST", "/api/drills", "Restore a backup for trial, compare it, and leave nothing behind", drills.Create) { Body = typeof(DrillRequest), Answers = Accepted },
            new("POST", "/api/keys/rotations", "Put the new key of the host's settings in the place of the old one, and seal everything again if asked for", rotations.Create) { Body = typeof(RotationRequest), Answers = Accepted },
            new("POST", "/api/retention", "Remove the backups that no rule keeps, and unpin those removed before", retention.Create)
                { Body = typeof(RetentionRequest), Answers = new Dictionary<int, Type?> { [200] = typeof(RetentionPlanned), [202] = typeof(ManagementUris) } },
            new("GET", "/api/health", "How it stands; in detail with the key", health.Get) { IsAnonymous = true, TakesHead = true, Answers = Ok(typeof(Health)) },
            new("GET", "/api/health/live", "The process answers", health.Live) { IsAnonymous = true, TakesHead = true, Answers = Ok(typeof(Health)) },
            new("GET", "/api/health/ready", "Backups can be made", health.Ready) { IsAnonymous = true, TakesHead = true, Answers = Ok(typeof(Health)) },
            new("GET", "/api/dashboard", "The dashboard, for a browser", http => Task.FromResult(DashboardFiles.Page(http))) { IsAnonymous = true, TakesHead = true, Answers = Ok(null) },
            new("GET", "/api/dashboard/{file}", "A file of the dashboard", http => Task.FromResult(DashboardFiles.File(http, Value(http, "file")))) { IsAnonymous = true, Answers = Ok(null) },
            new("GET", "/api/metrics", "What is measured, as Prometheus reads it", new MetricsHandlers(parts).Get) { Answers = Ok(typeof(string)), MediaType = "text/plain" },
            new("GET", "/api/openapi.json", "This document", http => Task.FromResult(OpenApi(http, parts))) { IsAnonymous = true, Answers = Ok(typeof(object)) },
        ];
    }

    /// <summary>The durable status API, for hosts whose engine does not bring one.</summary>
    public static IReadOnlyList<ApiRoute> Status(ApiParts parts)
    {
        var instances = new InstanceHandlers(parts);
        return
        [
            new("GET", Instances, "List instances", instances.List)
                { Query = ["createdTimeFrom", "createdTimeTo", "runtimeStatus", "instanceIdPrefix", "top", "showInput"], Answers = Ok(typeof(IReadOnlyList<InstanceBody>)) },
            new("GET", $"{Instances}/{{id}}", "Show an instance", http => instances.Get(http, Value(http, "id")))
                { Query = ["showInput", "showHistory", "showHistoryOutput", "returnInternalServerErrorOnFailure"], Answers = new Dictionary<int, Type?> { [200] = typeof(InstanceBody), [202] = typeof(InstanceBody) } },
            new("DELETE", $"{Instances}/{{id}}", "Delete an instance that has ended", http => instances.Purge(http, Value(http, "id"))) { Answers = Ok(typeof(PurgedBody)) },
            new("POST", $"{Instances}/{{id}}/terminate", "End an instance", http => instances.Terminate(http, Value(http, "id"))) { Query = ["reason"], Answers = Changed },
            new("POST", $"{Instances}/{{id}}/suspend", "Hold an instance", http => instances.Suspend(http, Value(http, "id"))) { Query = ["reason"], Answers = Changed },
            new("POST", $"{Instances}/{{id}}/resume", "Let an instance go on", http => instances.Resume(http, Value(http, "id"))) { Query = ["reason"], Answers = Changed },
            new("POST", $"{Instances}/{{id}}/raiseEvent/{{eventName}}", "Raise an event; cancel ends the run in order", http => instances.Raise(http, Value(http, "id"), Value(http, "eventName")))
                { Body = typeof(object), Answers = Changed },
        ];
    }

    private static Dictionary<int, Type?> Accepted => new() { [202] = typeof(ManagementUris) };

    private static Dictionary<int, Type?> Changed => new() { [202] = null };

    private static Dictionary<int, Type?> Ok(Type? type) => new() { [200] = type };

    private static string Value(HttpContext http, string name) => (string)http.Request.RouteValues[name]!;

    private static IResult OpenApi(HttpContext http, ApiParts parts) => Results.Text(OpenApiDocument.Of([.. Api(parts), .. Status(parts)]), "application/json");
}
