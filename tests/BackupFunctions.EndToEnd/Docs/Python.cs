using System.Diagnostics;

namespace BackupFunctions.EndToEnd.Docs;

/// <summary>A Python that has what docs/decode.py needs.</summary>
internal static class Python
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly Lazy<Task<string?>> Found = new(Find);

    /// <summary>Runs docs/decode.py: its exit code, and standard error. Skips the test where there is no Python for it.</summary>
    public static async Task<(int ExitCode, string Error)> Decode(string car, string key, string target, params string[] keyring)
    {
        var python = await Found.Value;
        if (python is null) Assert.Skip("no python3 has cryptography and zstandard: apt-get install python3-cryptography python3-zstandard");
        return await Run(python, Path.Combine(Transcript.Root, "docs", "decode.py"), [car, key, target, .. keyring]);
    }

    // one that was installed by hand may stand in front of Debian's, which has Debian's packages
    private static async Task<string?> Find()
    {
        foreach (var python in new[] { "python3", "/usr/bin/python3" })
        {
            try
            {
                if ((await Run(python, "-c", "import cryptography, zstandard")).ExitCode == 0) return python;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // not there
            }
        }
        return null;
    }

    private static async Task<(int ExitCode, string Error)> Run(string python, string first, params string[] rest)
    {
        using var process = Process.Start(new ProcessStartInfo(python, [first, .. rest]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            await output;
            return (process.ExitCode, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
