using System.Text;
using System.Text.RegularExpressions;

namespace BackupFunctions.EndToEnd.Docs;

/// <summary>A command of the README, as it was typed, and what it printed.</summary>
internal sealed record TranscriptCommand(string Line, string Output)
{
    /// <summary>The words of the command; single quotes keep a word together.</summary>
    public IReadOnlyList<string> Words => [.. Regex.Matches(Line, "'([^']*)'|(\\S+)").Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value)];
}

/// <summary>The fenced blocks of README.md.</summary>
internal static partial class Transcript
{
    /// <summary>The directory of the solution.</summary>
    public static string Root { get; } = FindRoot();

    public static string Readme { get; } = File.ReadAllText(Path.Combine(Root, "README.md")).ReplaceLineEndings("\n");

    /// <summary>The commands of all <c>console</c> blocks, in order: lines that start with <c>$ </c>, each with the lines up to the next.</summary>
    public static IReadOnlyList<TranscriptCommand> Commands { get; } = [.. Blocks("console").SelectMany(Split)];

    /// <summary>The contents of the blocks in this language.</summary>
    public static IEnumerable<string> Blocks(string language) => Fence().Matches(Readme).Where(m => m.Groups[1].Value == language).Select(m => m.Groups[2].Value);

    /// <summary>Text with everything replaced that differs from run to run, and runs of blanks as one.</summary>
    public static string Shape(string text)
    {
        text = Cid().Replace(text, "<cid>");
        text = DemoDirectory().Replace(text, "<demo>");
        text = Id().Replace(text, "<id>");
        text = Time().Replace(text, "<time>");
        text = Optime().Replace(text, "<optime>");
        text = Size().Replace(text, "<size>");
        text = Duration().Replace(text, "<duration>");
        text = Blocks().Replace(text, "<n> blocks");
        text = Version().Replace(text, "MongoDB <version>");
        text = Address().Replace(text, "127.0.0.1:<port>");
        text = Clone().Replace(text, "<clone>/tests/");
        return string.Join('\n', Blanks().Replace(text, " ").Split('\n').Select(l => l.Trim())).Trim();
    }

    /// <summary>All optimes in a text, in order.</summary>
    public static IReadOnlyList<string> Optimes(string text) => [.. Optime().Matches(text).Select(m => m.Value)];

    private static IEnumerable<TranscriptCommand> Split(string block)
    {
        string? command = null;
        var output = new StringBuilder();
        foreach (var line in block.TrimEnd('\n').Split('\n'))
        {
            if (!line.StartsWith("$ ", StringComparison.Ordinal))
            {
                output.Append(line).Append('\n');
                continue;
            }
            if (command is not null) yield return new(command, output.ToString());
            output.Clear();
            command = line[2..];
        }
        if (command is not null) yield return new(command, output.ToString());
    }

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "BackupFunctions.sln")))
            directory = Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException($"no BackupFunctions.sln above {AppContext.BaseDirectory}");
        return directory;
    }

    [GeneratedRegex("^```(\\w+)\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("\\bbaf[a-z2-7]{56}\\b")]
    private static partial Regex Cid();

    [GeneratedRegex("/\\S*/backupfunctions-demo-[0-9a-f]+")]
    private static partial Regex DemoDirectory();

    [GeneratedRegex("\\b[0-9a-f]{32}\\b")]
    private static partial Regex Id();

    [GeneratedRegex("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(Z| UTC)")]
    private static partial Regex Time();

    [GeneratedRegex("\\b\\d{10}:\\d+\\b")]
    private static partial Regex Optime();

    [GeneratedRegex("\\b[\\d,]+(\\.\\d+)? ([KMGT]i)?B\\b")]
    private static partial Regex Size();

    [GeneratedRegex("\\b(\\d+h \\d\\dm|\\d+m \\d\\ds|\\d+\\.\\d ?s)\\b")]
    private static partial Regex Duration();

    [GeneratedRegex("\\b[\\d,]+ blocks\\b")]
    private static partial Regex Blocks();

    [GeneratedRegex("MongoDB \\d+\\.\\d+\\.\\d+")]
    private static partial Regex Version();

    [GeneratedRegex("127\\.0\\.0\\.1:\\d+")]
    private static partial Regex Address();

    [GeneratedRegex("/\\S*/tests/")]
    private static partial Regex Clone();

    [GeneratedRegex("[ \\t]+")]
    private static partial Regex Blanks();
}
