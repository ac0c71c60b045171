using System.Text.RegularExpressions;

namespace BackupFunctions.EndToEnd.Docs;

/// <summary>What commands print, without what differs from run to run.</summary>
internal static partial class Transcript
{
    /// <summary>The directory of the solution.</summary>
    public static string Root { get; } = FindRoot();

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
        text = Revision().Replace(text, "revision <n>");
        text = Address().Replace(text, "127.0.0.1:<port>");
        text = Clone().Replace(text, "<clone>/tests/");
        return string.Join('\n', Blanks().Replace(text, " ").Split('\n').Select(l => l.Trim())).Trim();
    }

    /// <summary>All optimes in a text, in order.</summary>
    public static IReadOnlyList<string> Optimes(string text) => [.. Optime().Matches(text).Select(m => m.Value)];

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "BackupFunctions.sln")))
            directory = Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException($"no BackupFunctions.sln above {AppContext.BaseDirectory}");
        return directory;
    }

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

    [GeneratedRegex("\\brevision\\s+\\d+")]
    private static partial Regex Revision();

    [GeneratedRegex("127\\.0\\.0\\.1:\\d+")]
    private static partial Regex Address();

    [GeneratedRegex("/\\S*/tests/")]
    private static partial Regex Clone();

    [GeneratedRegex("[ \\t]+")]
    private static partial Regex Blanks();
}
