using System.Collections;
using BackupFunctions.Ambient;

namespace BackupFunctions.Configuration;

/// <summary>
/// The settings as they were given: the environment wins over the <c>.env</c> file of the working directory. An empty value counts as not set; in
/// the environment it hides the one in the file. Names are case-sensitive.
/// </summary>
public sealed class SettingsSource(
    IReadOnlyDictionary<string, string> environment,
    IReadOnlyDictionary<string, string> file,
    string workingDirectory,
    IFiles files,
    IReadOnlyList<SettingProblem>? problems = null)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = ".env";

    /// <summary>What could not be read in the <c>.env</c> file; part of the errors that <see cref="BackupOptions.Load"/> reports.</summary>
    public IReadOnlyList<SettingProblem> Problems { get; } = problems ?? [];

    /// <summary>Where key files are looked for.</summary>
    public IFiles Files { get; } = files;

    /// <summary>Every name that has a value, sorted.</summary>
    public IEnumerable<string> Names =>
        environment.Keys.Union(file.Keys, StringComparer.Ordinal).Where(n => Get(n) is not null).Order(StringComparer.Ordinal);

    /// <summary>Reads the environment of this process and <c>.env</c> in its working directory.</summary>
    public static SettingsSource FromProcess(IFiles files)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables()) environment[(string)entry.Key] = (string?)entry.Value ?? "";
        return FromDirectory(environment, Directory.GetCurrentDirectory(), files);
    }

    /// <summary>An environment, and <c>.env</c> in a directory when there is one.</summary>
    public static SettingsSource FromDirectory(IReadOnlyDictionary<string, string> environment, string directory, IFiles files)
    {
        var path = Path.Combine(directory, FileName);
        if (!files.Exists(path)) return new(environment, new Dictionary<string, string>(), directory, files);
        var problems = new List<SettingProblem>();
        IReadOnlyDictionary<string, string> values = new Dictionary<string, string>();
        try
        {
            using var reader = new StreamReader(files.OpenRead(path));
            values = DotEnvFile.Parse(reader.ReadToEnd(), FileName, problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(FileName, $"cannot be read: {e.Message}", $"chmod 600 {path}"));
        }
        return new(environment, values, directory, files, problems);
    }

    /// <summary>The value, or null when it is not set.</summary>
    public string? Get(string name) =>
        (environment.TryGetValue(name, out var value) || file.TryGetValue(name, out value)) && !string.IsNullOrWhiteSpace(value) ? value : null;

    /// <summary>Whether it was given without a value, which switches off what has a default.</summary>
    public bool IsEmpty(string name) => (environment.TryGetValue(name, out var value) || file.TryGetValue(name, out value)) && string.IsNullOrWhiteSpace(value);

    /// <summary>Where the value came from: <c>environment</c>, <c>.env</c>, or null when it is not set.</summary>
    public string? Origin(string name) => Get(name) is null ? null : environment.ContainsKey(name) ? "environment" : FileName;

    /// <summary>A path given in a setting, made absolute from the working directory.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, workingDirectory);
}
