using BackupFunctions.Telemetry;
using Spectre.Console;

namespace BackupFunctions.Standalone.Demo.Story;

// The rules of the terminal:
//  * Standard output carries the story, standard error what went wrong.
//  * A progress bar appears only on a terminal that can wipe it again; elsewhere each stage is one line.
//  * Colour appears only on a terminal and never when NO_COLOR is set; it only stresses what the words already say.
//  * Lines are not broken where the output is no terminal, so that CIDs and paths can be copied.

/// <summary>Tells the run to people; see the rules above.</summary>
internal sealed class TextStory(IAnsiConsole output, IAnsiConsole error) : IDemoStory
{
    private const int LabelWidth = 12;

    /// <summary>Tells it on these writers. <paramref name="interactive"/>: a person watches; <paramref name="colour"/>: and likes colour.</summary>
    public static TextStory On(TextWriter output, TextWriter error, bool interactive, bool colour) => new(Console(output, interactive, colour), Console(error, interactive, colour));

    public void Begin(DemoStep step) => output.MarkupLineInterpolated($"[bold cyan]{step.Number}/{DemoStep.Count}[/] [bold]{step.Title}[/]");

    public Task<T> Watch<T>(DemoStep step, Func<Action<string, long, long>, Task<T>> work)
    {
        if (output.Profile.Capabilities.Interactive)
        {
            return output.Progress().AutoClear(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .StartAsync(context => work(new Bars(context).Report));
        }
        var (stages, gate) = (new Stages(), new Lock());
        return work((stage, _, _) =>
        {
            if (!stages.Enter(stage)) return;
            lock (gate) output.WriteLine($"      … {stage}");
        });
    }

    public void Done(DemoStep step, TimeSpan took, IReadOnlyList<DemoFact> facts)
    {
        foreach (var fact in facts) output.MarkupLineInterpolated($"      [grey]{fact.Label.PadRight(LabelWidth)}[/] {fact.Text}");
        output.MarkupLineInterpolated($"      [green]done[/] [grey]in {Human.Duration(took)}[/]");
        output.WriteLine();
    }

    public void Fail(DemoFailure failure)
    {
        error.MarkupLineInterpolated($"[red]error:[/] {failure.Message}");
        if (failure.Hint is { } hint) error.MarkupLineInterpolated($"[cyan]hint:[/] {hint}");
    }

    public void Finish(DemoSummary summary)
    {
        if (summary.Ok)
        {
            output.MarkupLineInterpolated($"[bold green]Every byte is back:[/] {Human.Count(summary.Documents)} documents, {Human.Size(summary.Bytes)}, in {Human.Duration(summary.Duration)}.");
            output.MarkupLineInterpolated($"Each of the {summary.Nodes} nodes holds {Human.Size(summary.StoredBytes)}, encrypted, under {summary.Root}.");
            if (summary is { RestorableFrom: { } from, RestorableTo: { } to })
                output.MarkupLineInterpolated($"With {Human.Count(summary.Incrementals)} incremental backups every moment from {Human.Time(from.Time)} ({from}) to {Human.Time(to.Time)} ({to}) can be restored.");
        }
        foreach (var note in summary.Notes) output.MarkupLineInterpolated($"[grey]{note}[/]");
    }

    public void Serve(Uri address)
    {
        output.WriteLine();
        output.MarkupLineInterpolated($"[bold]Serving {Authority(address)}[/] over all this until Ctrl-C; for example:");
        output.MarkupLineInterpolated($"curl {Authority(address)}/api/backups");
    }

    private static string Authority(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static IAnsiConsole Console(TextWriter writer, bool interactive, bool colour)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = interactive ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = interactive && colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!interactive) console.Profile.Width = 10_000;
        return console;
    }

    private sealed class Bars(ProgressContext context)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, ProgressTask> _stages = new(StringComparer.Ordinal);

        public void Report(string stage, long done, long total)
        {
            lock (_gate)
            {
                if (!_stages.TryGetValue(stage, out var task)) _stages[stage] = task = context.AddTask($"      {stage.EscapeMarkup()}");
                task.IsIndeterminate = total <= 0;
                if (total <= 0) return;
                task.MaxValue = total;
                task.Value = done;
            }
        }
    }
}
