using BackupFunctions.Ambient;
using BackupFunctions.Api;
using BackupFunctions.Api.Problems;
using BackupFunctions.Api.Routes;
using BackupFunctions.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace BackupFunctions.Functions;

/// <summary>
/// The routes of the API in this worker. Keys are checked by the Functions host before a request gets here; the setting BACKUP_API_KEY or BACKUP_API_KEY_FILE decides only who sees
/// the health in detail.
/// </summary>
public sealed class HttpApi(WorkerEngine worker, SettingsSource settings, TimeProvider time, IRandomSource random)
{
    private readonly SecretRedactor _redactor = SecretRedactor.From(settings);
    private readonly Lock _gate = new();
    private Dictionary<(string Method, string Path), ApiRoute>? _routes;

    /// <summary>Answers by the API's route of this method and of the same path below <c>/api/</c>; a worker whose settings are wrong answers with what is wrong.</summary>
    public async Task<IResult> Answer(HttpRequest request, DurableTaskClient client, string route)
    {
        try
        {
            return await Routes(client)[(request.Method.ToUpperInvariant(), $"/api/{route}")].Handle(request.HttpContext);
        }
        catch (BackupException e)
        {
            return ProblemResults.Of(ProblemResults.From(e, _redactor));
        }
    }

    // made once, for handlers remember what they found out; the client is the same for every call
    private Dictionary<(string Method, string Path), ApiRoute> Routes(DurableTaskClient client)
    {
        lock (_gate)
        {
            return _routes ??= ApiRoutes.Api(new(worker.Engine, new DurableStarter(client), Key(), _redactor, time, random) { Schedules = new TimerSchedules(settings, time).Upcoming })
                .SelectMany(r => r.Methods.Select(m => (Key: (m, r.Path), Route: r))).ToDictionary(r => r.Key, r => r.Route);
        }
    }

    private ApiKey Key()
    {
        var key = ApiKeySetting.Load(settings);
        if (key is not null) _redactor.Add(key);
        return new(key);
    }
}
