using System.Diagnostics;
using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Engine;

namespace BackupFunctions.Simulation.Kill;

/// <summary><c>backupfn restore-full latest --at</c> as a process of its own, killed when it is disposed.</summary>
internal sealed class RestoreProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _out, _error;

    public RestoreProcess(SimulatedEngine engine, Optime at, string targetUri)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "backupfn.dll"), "restore-full", "latest", "--at", $"{at}", "--uri", targetUri])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = engine.Root,
        };
        foreach (var (name, value) in engine.Settings) start.Environment[name] = value;
        _process = Process.Start(start)!;
        (_out, _error) = (_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
    }

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits for its end, and gives its exit code and what it printed.</summary>
    public async Task<(int ExitCode, string Output)> End()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(SimulatedEngine.Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        await _process.WaitForExitAsync(limit.Token);
        return (_process.ExitCode, await _out + await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
