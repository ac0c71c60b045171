using System.Text;
using BackupFunctions.Configuration;

namespace BackupFunctions.Telemetry;

/// <summary>
/// A log file of bounded size, readable by everybody (mode 644): when a line would make it larger than it may be it becomes <c>name.1</c>, which becomes <c>name.2</c>, and so on; the oldest is deleted. Several processes may write
/// the same file: each line is written whole, under a lock of the file. A line that cannot be written (a full disk) is lost and harms nothing: the console has it too. Thread-safe.
/// </summary>
/// <param name="path">The file; its directory is made when there is none.</param>
/// <param name="maxBytes">How large a file may be.</param>
/// <param name="kept">How many older files stay.</param>
public sealed class RollingLogFile(string path, long maxBytes = RollingLogFile.DefaultMaxBytes, int kept = RollingLogFile.DefaultKept) : TextWriter
{
    /// <summary>10 MiB.</summary>
    public const long DefaultMaxBytes = 10 * 1024 * 1024;

    /// <summary>Five, beside the one that is written.</summary>
    public const int DefaultKept = 5;

    // another process holds the file for as long as it takes to write a line; a second or two, for attempts soon come a millisecond after each other
    private const int Attempts = 1000;

    // of all files: providers in one process may share one
    private static readonly Lock s_gate = new();

    /// <inheritdoc/>
    public override Encoding Encoding { get; } = new UTF8Encoding(false);

    /// <summary>The file of LOG_FILE, or null.</summary>
    public static RollingLogFile? Of(SettingsSource settings) => settings.Get(SettingNames.LogFile) is { } path ? new(settings.FullPath(path.Trim())) : null;

    /// <summary>Only whole lines are written.</summary>
    public override void Write(char value) => throw new NotSupportedException("a log file takes whole lines");

    /// <inheritdoc/>
    public override void WriteLine(string? value)
    {
        var line = Encoding.GetBytes($"{value}\n");
        lock (s_gate)
        {
            try
            {
                Append(line);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // told on the console
            }
        }
    }

    private void Append(byte[] line)
    {
        while (true)
        {
            using var file = Wait();
            if (file.Length == 0 || file.Length + line.Length <= maxBytes)
            {
                file.Seek(0, SeekOrigin.End);
                file.Write(line);
                return;
            }
            Roll();
        }
    }

    private FileStream Wait()
    {
        var spin = new SpinWait();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Open();
            }
            catch (DirectoryNotFoundException) when (attempt == 1)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }
            catch (IOException) when (attempt < Attempts && File.Exists(path))
            {
                spin.SpinOnce();
            }
        }
    }

    // nobody else can open it for writing meanwhile
    private FileStream Open()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (OperatingSystem.IsWindows()) return new(path, options);
        // only with this a lock keeps other writers out; readers are not asked for it
        options.Share = FileShare.None;
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        return new(path, options);
    }

    private void Roll()
    {
        for (var n = kept; n > 0; n--)
        {
            var from = n == 1 ? path : $"{path}.{n - 1}";
            if (File.Exists(from)) File.Move(from, $"{path}.{n}", overwrite: true);
        }
        if (kept == 0) File.Delete(path);
    }
}
