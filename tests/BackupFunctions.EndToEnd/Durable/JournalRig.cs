using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Standalone.Durable;
using BackupFunctions.Standalone.Durable.Journal;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.EndToEnd.Durable;

/// <summary>A journal in a temporary directory, and one workflow <c>Adding</c> that sums what an activity gives for 1 to 4, two of them at once.</summary>
internal sealed class JournalRig : IWorkflowCatalogue, IDisposable
{
    public const string Id = "adding";
    private static readonly ActivityName<int, int> Square = new("Square");
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-journal-");

    public string File => Path.Combine(_directory.FullName, "journal.db");

    /// <summary>Inputs with which the activity was run, in order.</summary>
    public List<int> Ran { get; } = [];

    /// <summary>Runs in place of the activity's wait.</summary>
    public Func<int, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public JournalHost Host(JournalStore store, TimeProvider? time = null) =>
        new(store, this, time ?? TimeProvider.System, new SystemRandomSource(), text => text, NullLogger<JournalHost>.Instance);

    public static async Task<WorkflowInstance> End(JournalHost host)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        while (true)
        {
            if (await host.Find(Id, HistoryDetail.Results, patience.Token) is { HasEnded: true } ended) return ended;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        }
    }

    public Task<OpenedWorkflow> Open(string name, JsonElement input, CancellationToken cancellationToken) =>
        Task.FromResult(new OpenedWorkflow(new ActivityRegistry().Add(new SquareActivity(this)), Adding));

    public void Dispose() => _directory.Delete(recursive: true);

    private static async Task<JsonElement> Adding(IWorkflowContext context)
    {
        var (begun, id) = (context.UtcNow, context.NewId());
        var both = await Task.WhenAll(context.Call(Square, "square/1", 1), context.Call(Square, "square/2", 2));
        await context.Wait(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        var third = await context.Call(Square, "square/3", 3);
        string? failure = null;
        try
        {
            await context.Call(Square, "square/4", -4);
        }
        catch (ActivityFailedException e)
        {
            failure = $"{e.Activity} {e.Kind} {e.Reason} {e.Hint}";
        }
        return JsonSerializer.SerializeToElement(new { sum = both.Sum() + third, failure, id, last = context.NewId(), begun, ended = context.UtcNow });
    }

    private sealed class SquareActivity(JournalRig rig) : IActivity<int, int>
    {
        public ActivityName<int, int> Name => Square;

        public async Task<int> Run(int input, CancellationToken cancellationToken)
        {
            await rig.Before(input, cancellationToken);
            lock (rig.Ran) rig.Ran.Add(input);
            return input > 0 ? input * input : throw new BackupException(ErrorKind.NotFound, $"square {input}: it is negative", "give a positive one");
        }
    }
}
