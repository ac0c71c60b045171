using BackupFunctions.Cli.Commands;
using BackupFunctions.Telemetry;
using Spectre.Console;

namespace BackupFunctions.Cli.Output;

/// <summary>The progress bar: one line per stage, wiped at the end.</summary>
internal static class ProgressDisplay
{
    /// <summary>Shows nothing.</summary>
    public static IProgress<ProgressUpdate> None { get; } = new Silent();

    /// <summary>The live console on standard error.</summary>
    public static IAnsiConsole CreateConsole(TextWriter error, bool colour) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.Yes,
        Out = new AnsiConsoleOutput(error),
    });

    /// <summary>Shows the progress of the work while it runs.</summary>
    public static Task<T> Run<T>(IAnsiConsole console, Func<IProgress<ProgressUpdate>, Task<T>> work) => console.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .StartAsync(context => work(new Bars(context)));

    private sealed class Silent : IProgress<ProgressUpdate>
    {
        public void Report(ProgressUpdate value)
        {
        }
    }

    private sealed class Bars(ProgressContext context) : IProgress<ProgressUpdate>
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, ProgressTask> _stages = new(StringComparer.Ordinal);

        public void Report(ProgressUpdate value)
        {
            lock (_gate)
            {
                if (!_stages.TryGetValue(value.Stage, out var task)) _stages[value.Stage] = task = context.AddTask(value.Stage.EscapeMarkup());
                var bytes = value.Bytes > 0 ? $" {Human.Size(value.Bytes)}" : "";
                task.Description = Printable.Line($"{value.Stage}{bytes}").EscapeMarkup();
                task.IsIndeterminate = value.Total <= 0;
                task.MaxValue = Math.Max(value.Total, 1);
                task.Value = value.Done;
            }
        }
    }
}
