using System.Collections.Concurrent;
using System.Diagnostics;

namespace BackupFunctions.EndToEnd.Durable;

/// <summary><c>serve</c> as a process of its own, killed when it is disposed.</summary>
internal sealed class ServeProcess : IDisposable
{
    private const string Ready = "listening on ", CannotGoOn = "could not go on";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = [];
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServeProcess(Process process) => _process = process;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Ends when a run could not write to its journal.</summary>
    public Task Broken => _broken.Task;

    public string Log => string.Join('\n', _log);

    public static async Task<ServeProcess> Start(string directory, Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltProgram.PathOf("src/BackupFunctions.Standalone", "BackupFunctions.Standalone.dll"), "serve"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var server = new ServeProcess(Process.Start(start)!);
        try
        {
            server._process.ErrorDataReceived += (_, line) => server.Logged(line.Data);
            server._process.BeginErrorReadLine();
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
            var line = await server._process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException(server.Log);
            line.ShouldStartWith(Ready);
            server.Http = new HttpClient { BaseAddress = new Uri(line[Ready.Length..]) };
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Http?.Dispose();
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private void Logged(string? line)
    {
        if (line is null) return;
        _log.Enqueue(line);
        if (line.Contains(CannotGoOn, StringComparison.Ordinal)) _broken.TrySetResult();
    }
}
