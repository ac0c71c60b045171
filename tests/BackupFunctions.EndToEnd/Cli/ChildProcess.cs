using System.Diagnostics;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>The command line as a process of its own, killed when it is disposed.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _out, _error;

    private ChildProcess(Process process) =>
        (_process, _out, _error) = (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    /// <summary>Starts a command in a workspace, with its settings alone.</summary>
    public static ChildProcess Start(CliWorkspace work, string command)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltProgram.PathOf("src/BackupFunctions.Cli", "backupfn.dll"), .. command.Split(' ')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = work.Root,
        };
        foreach (var (name, value) in work.Environment) start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    public int Id => _process.Id;

    /// <summary>Sends a signal by its name.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, $"{_process.Id}"]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    /// <summary>Waits for its end, a minute at most.</summary>
    public async Task<CliOutcome> End()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _process.WaitForExitAsync(limit.Token);
        return new(string.Join(' ', _process.StartInfo.ArgumentList), _process.ExitCode, await _out, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
