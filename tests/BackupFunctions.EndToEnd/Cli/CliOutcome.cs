using System.Text.Json;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>How a command ended, and what it printed.</summary>
internal sealed record CliOutcome(string Command, int ExitCode, string Out, string Error)
{
    /// <summary>Standard output as JSON lines.</summary>
    public IReadOnlyList<JsonElement> Lines => Parse(Out);

    /// <summary>The only JSON line of standard output.</summary>
    public JsonElement Result => Lines.ShouldHaveSingleItem();

    /// <summary>The error line of standard error.</summary>
    public JsonElement ErrorLine => Parse(Error).Single(l => l.GetProperty("message_type").GetString() == "error");

    /// <summary>Fails unless the command ended with this code.</summary>
    public CliOutcome Ended(int exitCode)
    {
        ExitCode.ShouldBe(exitCode, $"{Command}\n{Out}\n{Error}");
        return this;
    }

    /// <summary>Fails unless the command failed with this code and says why: the error names these, and a hint follows.</summary>
    public CliOutcome FailedWith(int exitCode, params IEnumerable<string> named)
    {
        Ended(exitCode);
        var error = Error.Split('\n').FirstOrDefault(l => l.StartsWith("error: ", StringComparison.Ordinal)).ShouldNotBeNull(Error);
        char.IsUpper(error["error: ".Length]).ShouldBeFalse(error);
        foreach (var name in named) Error.ShouldContain(name);
        Error.ShouldContain("\nhint: ");
        Error.ShouldNotContain("   at ", Case.Sensitive);
        return this;
    }

    private static List<JsonElement> Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Where(l => l.TryGetProperty("message_type", out _))];
}
