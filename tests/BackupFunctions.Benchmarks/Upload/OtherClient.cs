using System.Diagnostics;

namespace BackupFunctions.Benchmarks.Upload;

/// <summary>Starts the scripts of tests/ipfs-client, which speak to nodes through kubo-rpc-client from npm.</summary>
internal static class OtherClient
{
    private const string Location = "tests/ipfs-client";

    /// <summary>Starts one; its input and output belong to the caller, who also ends it.</summary>
    public static Process Start(string script, params string[] arguments)
    {
        var folder = Folder();
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            throw new InvalidOperationException($"{folder} has no node_modules: run ./test.sh, or 'npm ci --omit=optional --prefix {Location}'");
        var start = new ProcessStartInfo("node", [script, .. arguments]) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true };
        return Process.Start(start) ?? throw new InvalidOperationException($"node {script} did not start");
    }

    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, Location);
            if (Directory.Exists(folder)) return folder;
        }
        throw new DirectoryNotFoundException($"no {Location} above {AppContext.BaseDirectory}");
    }
}
