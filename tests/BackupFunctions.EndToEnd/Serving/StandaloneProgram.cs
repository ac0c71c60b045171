using System.Diagnostics;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>The Standalone program as a process of its own, with these settings and no others; killed when it is disposed.</summary>
internal sealed class StandaloneProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _error;

    private StandaloneProgram(Process process) => (_process, _error) = (process, process.StandardError.ReadToEndAsync());

    public static StandaloneProgram Start(string directory, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltProgram.PathOf("src/BackupFunctions.Standalone", "BackupFunctions.Standalone.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>Reads standard output up to the first line with this text, which is given.</summary>
    public async Task<string> Line(string text)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            if (line.Contains(text, StringComparison.Ordinal)) return line;
        throw new InvalidOperationException($"it ended without '{text}': {await _error}");
    }

    /// <summary>Sends a signal by its name.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, $"{_process.Id}"]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    /// <summary>Waits for its end; the rest of both outputs.</summary>
    public async Task<(int ExitCode, string Out, string Error)> End()
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        var rest = await _process.StandardOutput.ReadToEndAsync(patience.Token);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, rest, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        _process.Dispose();
    }

    // settings of whoever runs the tests
    private static bool IsSetting(string name) =>
        name.EndsWith("_SCHEDULE", StringComparison.Ordinal) || new[] { "BACKUP_", "MONGODB_", "IPFS_", "LOCAL_", "RETENTION_" }.Any(start => name.StartsWith(start, StringComparison.Ordinal));
}
