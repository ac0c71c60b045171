using System.Globalization;
using BackupFunctions.Benchmarks.Engine;

namespace BackupFunctions.Benchmarks.Memory;

/// <summary>
/// <c>backup --uri URI --directory PATH [NODE NODE]</c>: one full backup, to two nodes by their RPC or into the vaults of a workspace, in a process of its own. Prints the peak of its
/// memory and what it stored per node, in bytes.
/// </summary>
internal static class BackupMode
{
    /// <summary>Makes the backup in a child process and gives the peak of that process's memory, and what it stored per node, in bytes.</summary>
    public static async Task<(double Peak, double Stored)> Measure(string uri, string directory, IReadOnlyList<Uri>? nodes, CancellationToken cancellationToken)
    {
        await using var child = ChildProcess.Start(["backup", "--uri", uri, "--directory", directory, .. nodes?.Select(n => n.AbsoluteUri) ?? []]);
        var numbers = (await child.ReadLine(cancellationToken)).Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToList();
        return (numbers[0], numbers[1]);
    }

    /// <summary>Runs it.</summary>
    public static async Task<int> Run(string[] args, CancellationToken cancellationToken)
    {
        if (args is not ["--uri", var uri, "--directory", var directory, .. var nodes] || nodes.Length is not (0 or 2))
            return BenchmarkArguments.Refuse("backup takes --uri URI --directory PATH [NODE NODE]");
        long stored;
        using (var engine = BenchmarkEngine.Open(uri, directory, nodes.Length == 0 ? null : nodes)) stored = (await engine.BackUp(onStatus: null, cancellationToken)).Backup.StoredBytes;
        await Console.Out.WriteLineAsync($"{PeakMemory.Bytes()} {stored}");
        return 0;
    }
}
