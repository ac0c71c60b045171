using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace BackupFunctions.Encryption;

/// <summary>
/// A key that a command prints (BACKUP_ENCRYPTION_KEY_COMMAND), for password managers and vaults. The command line is run by <c>/bin/sh -c</c>,
/// on Windows by <c>cmd /c</c>; it gets no input, its standard error is ours, and what it prints has the form that BACKUP_ENCRYPTION_KEY
/// has. It must end with 0 within 60 seconds; after that it is killed.
/// </summary>
public sealed class CommandKeySource(string setting, string command, TimeProvider time) : IKeySource
{
    /// <summary>How long the command may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public string Name => setting;

    /// <inheritdoc/>
    public async Task<KeyEncryptionSecret> Read(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var process = Start();
        try
        {
            process.StandardInput.Close();
            var text = await SecretFile.ReadText(process.StandardOutput.BaseStream, either.Token);
            if (text is null) throw Error($"printed more than {SecretFile.MaxLength} bytes", "it should print the key and nothing else");
            await process.WaitForExitAsync(either.Token);
            if (process.ExitCode != 0) throw Error($"ended with {process.ExitCode}", "run it in a shell and see what it says");
            return RawKeySecret.Parse(setting, text);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Error($"took longer than {Limit.TotalSeconds:0} seconds", "it may be waiting for input, which it does not get");
        }
        catch (DecoderFallbackException)
        {
            // not kept as the cause: its message tells bytes of what was printed
            throw Error("printed what is not UTF-8 text", "it should print the key in base64 or hex");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        if (OperatingSystem.IsWindows())
        {
            // cmd takes the rest of its command line as it stands
            (start.FileName, start.Arguments) = ("cmd.exe", $"/d /s /c \"{command}\"");
        }
        else
        {
            start.FileName = "/bin/sh";
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(command);
        }
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw Error($"cannot be started: {e.Message}", $"it is run by {start.FileName}", e);
        }
    }

    private BackupException Error(string what, string hint, Exception? inner = null) =>
        new(ErrorKind.Configuration, $"read {setting}: the command {what}", hint, inner);
}
