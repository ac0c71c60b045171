using System.Text;
using Spectre.Console;

namespace BackupFunctions.Cli.Output;

/// <summary>Writes whole lines above a live progress bar.</summary>
internal sealed class LiveConsoleWriter(IAnsiConsole console) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => console.Write(new Text(value.ToString()));

    public override void Write(string? value) => console.Write(new Text(value ?? ""));

    public override void WriteLine(string? value) => console.Write(new Text(Printable.Lines(value ?? "") + "\n"));
}
