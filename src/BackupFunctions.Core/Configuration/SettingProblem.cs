namespace BackupFunctions.Configuration;

/// <summary>
/// What is wrong with one setting: its name (or <c>.env line 3</c>), the fault in lower case without the secret, and a line that would be right.
/// </summary>
public sealed record SettingProblem(string Setting, string Fault, string Example)
{
    /// <summary>One line: name, fault, example.</summary>
    public override string ToString() => $"{Setting} {Fault}; example: {Example}";

    /// <summary>All problems as the one error that stops a command before anything is touched; there must be at least one.</summary>
    public static BackupException ToException(IReadOnlyList<SettingProblem> problems)
    {
        var message = problems.Count == 1
            ? $"read settings: {problems[0]}"
            : $"read settings: {problems.Count} problems" + string.Concat(problems.Select(p => $"\n  {p}"));
        return new(ErrorKind.Configuration, message, "set it in the environment, or in a .env file in the working directory; `backupfn config` shows what is set");
    }
}
