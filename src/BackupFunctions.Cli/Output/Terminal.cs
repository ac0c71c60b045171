using BackupFunctions.Cli.Commands;
using BackupFunctions.Configuration;
using Spectre.Console;

namespace BackupFunctions.Cli.Output;

// The rules of the terminal:
//  * Standard output carries the result and nothing else: aligned tables, or with --json one JSON object per line, each with message_type.
//  * Standard error carries everything else: errors, hints, warnings, notes, logs, progress. With --json these are JSON lines too.
//  * A progress bar appears only when standard error is a terminal, never with --json, --quiet or TERM=dumb, and it is wiped when the work ends.
//  * Colour appears only where a progress bar could, and never when NO_COLOR is set; it only stresses what the words already say.
//  * --quiet silences progress, notes and warnings, never errors.
//  * Times are UTC and say so, sizes are binary units; --json has ISO 8601 and bytes.
//  * Whatever is printed is free of known secrets and of control characters.

/// <summary>Where results and messages go; see the rules above.</summary>
public sealed class Terminal
{
    private readonly CliIo _io;
    private readonly SecretRedactor _redactor;
    private readonly bool _quiet;
    private readonly IAnsiConsole? _live;
    private readonly bool _colour;
    private readonly JsonLines _json;

    internal Terminal(CliIo io, SecretRedactor redactor, bool json, bool quiet)
    {
        (_io, _redactor, _quiet, Json) = (io, redactor, quiet, json);
        _json = new(redactor);
        var capable = io.ErrorIsTerminal && !json && io.Settings.Get("TERM") != "dumb";
        _colour = capable && io.Settings.Get("NO_COLOR") is null;
        if (capable && !quiet) _live = ProgressDisplay.CreateConsole(io.Error, _colour);
        LogWriter = _live is null ? io.Error : new LiveConsoleWriter(_live);
    }

    /// <summary>Whether output is JSON lines.</summary>
    public bool Json { get; }

    /// <summary>Whether a person watches standard error.</summary>
    public bool ErrorIsTerminal => _io.ErrorIsTerminal;

    /// <summary>Where log lines go, so that they do not tear a progress bar.</summary>
    internal TextWriter LogWriter { get; }

    /// <summary>Prints a result: the object as one JSON line, or as the text that is made only when it is needed.</summary>
    public void Result(string messageType, object result, Func<string> text)
    {
        if (Json) _io.Out.WriteLine(_json.Line(messageType, result));
        else _io.Out.Write(_redactor.Redact(text()));
        _io.Out.Flush();
    }

    /// <summary>Tells something that is good to know.</summary>
    public void Note(string message)
    {
        if (_quiet) return;
        WriteError("note", message, Json ? new { message } : null);
    }

    /// <summary>Tells something that is probably not meant.</summary>
    public void Warning(string message)
    {
        if (_quiet) return;
        WriteError("warning", message, Json ? new { message } : null);
    }

    /// <summary>Prints why the command failed and what to do about it; gives the exit code.</summary>
    public int Error(string kind, string message, string? hint, int exitCode)
    {
        WriteError("error", message, Json ? new { kind, message, hint, exit_code = exitCode } : null);
        if (hint is not null && !Json) WriteError("hint", hint, null);
        return exitCode;
    }

    /// <summary>Runs work whose progress is shown when a person watches.</summary>
    internal Task<T> WithProgress<T>(Func<IProgress<ProgressUpdate>, Task<T>> work) =>
        _live is null ? work(ProgressDisplay.None) : ProgressDisplay.Run(_live, work);

    private void WriteError(string label, string message, object? json)
    {
        if (json is not null)
        {
            _io.Error.WriteLine(_json.Line(label, json));
        }
        else
        {
            var code = label switch { "error" => "31", "warning" => "33", _ => "36" };
            var start = _colour ? $"\e[{code}m{label}:\e[0m" : $"{label}:";
            _io.Error.WriteLine($"{start} {Printable.Lines(_redactor.Redact(message))}");
        }
        _io.Error.Flush();
    }
}
