using System.Text.Json;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Functions;

/// <summary>
/// Runs activities of the engine as Durable's. None takes the host's cancellation token: an activity that ends because its instance goes away would fail
/// the whole run, while one that is killed with its instance is run again on another.
/// </summary>
public sealed partial class ActivityRunner(ILogger<ActivityRunner> logger)
{
    /// <summary>Runs what <paramref name="find"/> gives: the activities, and the input as JSON. A failure is thrown as <see cref="ActivityFailure"/> has it.</summary>
    internal async Task<JsonElement> Run<TInput, TResult>(ActivityName<TInput, TResult> name, Func<Task<(ActivityRegistry Activities, JsonElement Input)>> find)
    {
        try
        {
            var (activities, input) = await find();
            return DurableJson.Write(await activities.Run(name, null, DurableJson.Read<TInput>(input, $"input of {name.Name}"), CancellationToken.None));
        }
        catch (Exception e)
        {
            LogFailure(e, name.Name);
            throw ActivityFailure.ToThrow(e);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "activity {Activity} failed")]
    private partial void LogFailure(Exception error, string activity);
}
