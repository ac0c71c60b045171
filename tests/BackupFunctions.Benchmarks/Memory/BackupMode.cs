using BackupFunctions.Benchmarks.Engine;

namespace BackupFunctions.Benchmarks.Memory;

/// <summary><c>backup --uri URI --directory PATH</c>: one full backup into a workspace, in a process of its own. Prints the peak of its memory in bytes.</summary>
internal static class BackupMode
{
    /// <summary>The arguments that start it.</summary>
    public static string[] Arguments(string uri, string directory) => ["backup", "--uri", uri, "--directory", directory];

    /// <summary>Runs it.</summary>
    public static async Task<int> Run(string[] args, CancellationToken cancellationToken)
    {
        if (args is not ["--uri", var uri, "--directory", var directory]) return BenchmarkArguments.Refuse("backup takes --uri URI --directory PATH");
        using (var engine = BenchmarkEngine.Open(uri, directory)) await engine.BackUp(onStatus: null, cancellationToken);
        await Console.Out.WriteLineAsync($"{PeakMemory.Bytes()}");
        return 0;
    }
}
