using System.Diagnostics;
using BackupFunctions.Configuration;

namespace BackupFunctions.EndToEnd.Staging;

/// <summary><c>serve</c> as a process of its own, with a directory and a journal of its own.</summary>
internal sealed class InstanceProcess : IDisposable
{
    private const string Ready = "listening on ";
    private readonly Process _process;

    private InstanceProcess(Process process, HttpClient http) => (_process, Http) = (process, http);

    public HttpClient Http { get; }

    public static async Task<InstanceProcess> Start(string directory, Dictionary<string, string> settings, params (string Name, string Value)[] changes)
    {
        Directory.CreateDirectory(directory);
        var start = new ProcessStartInfo("dotnet", [BuiltProgram.PathOf("src/BackupFunctions.Standalone", "BackupFunctions.Standalone.dll"), "serve"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        start.Environment[SettingNames.Journal] = Path.Combine(directory, "journal.db");
        start.Environment["HOME"] = directory;
        foreach (var (name, value) in changes) start.Environment[name] = value;
        var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
            var line = await process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException(await errors);
            line.ShouldStartWith(Ready);
            return new(process, new HttpClient { BaseAddress = new Uri(line[Ready.Length..]) });
        }
        catch
        {
            process.Kill();
            process.Dispose();
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
        Http.Dispose();
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
