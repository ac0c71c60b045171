using System.Text;
using System.Text.RegularExpressions;

namespace BackupFunctions.EndToEnd.Docs;

/// <summary>A fenced block of a document: its language (empty where it has none) and its lines, without the indentation of the fence.</summary>
internal sealed record FencedBlock(string Document, string Language, string Content)
{
    /// <summary>The commands of a <c>console</c> block, in order: lines that start with <c>$ </c>, each with the lines up to the next.</summary>
    public IEnumerable<TranscriptCommand> Transcript()
    {
        string? command = null;
        var output = new StringBuilder();
        foreach (var line in Lines)
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

    /// <summary>Its lines.</summary>
    public IReadOnlyList<string> Lines => Content.TrimEnd('\n').Split('\n');
}

/// <summary>A command of a document, as it was typed, and what it printed.</summary>
internal sealed partial record TranscriptCommand(string Line, string Output)
{
    /// <summary>The words of the command; single quotes keep a word together.</summary>
    public IReadOnlyList<string> Words => [.. Word().Matches(Line).Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value)];

    [GeneratedRegex("'([^']*)'|(\\S+)")]
    private static partial Regex Word();
}

/// <summary>A Markdown file of this repository.</summary>
internal sealed partial class Document(string path)
{
    public static Document Readme { get; } = new("README.md");

    /// <summary>Every document for users: what stands in the root, and in <c>docs</c>.</summary>
    public static IReadOnlyList<Document> All { get; } =
    [
        Readme, new("SECURITY.md"),
        .. Directory.GetFiles(System.IO.Path.Combine(Transcript.Root, "docs"), "*.md").Order(StringComparer.Ordinal).Select(f => new Document($"docs/{System.IO.Path.GetFileName(f)}")),
    ];

    /// <summary>Its path from the root of the clone.</summary>
    public string Path => path;

    public string Text { get; } = File.ReadAllText(System.IO.Path.Combine(Transcript.Root, path)).ReplaceLineEndings("\n");

    public IReadOnlyList<FencedBlock> Blocks => [.. Fence().Matches(Text).Select(m => new FencedBlock(path, m.Groups[2].Value, Dedent(m.Groups[3].Value, m.Groups[1].Length)))];

    /// <summary>The commands of all <c>console</c> blocks, in order.</summary>
    public IReadOnlyList<TranscriptCommand> Commands => [.. Blocks.Where(b => b.Language == "console").SelectMany(b => b.Transcript())];

    /// <summary>The contents of the blocks in this language.</summary>
    public IEnumerable<string> BlocksIn(string language) => Blocks.Where(b => b.Language == language).Select(b => b.Content);

    private static string Dedent(string text, int blanks) => string.Join('\n', text.Split('\n').Select(l => l.Length >= blanks ? l[blanks..] : l));

    [GeneratedRegex("^( *)```(\\w*)\n(.*?)^\\1```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
