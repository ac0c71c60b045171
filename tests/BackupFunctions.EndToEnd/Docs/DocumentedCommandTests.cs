using System.CommandLine;
using System.Text.RegularExpressions;
using BackupFunctions.Cli.Commands;
using BackupFunctions.Configuration;
using BackupFunctions.EndToEnd.Recovery;

namespace BackupFunctions.EndToEnd.Docs;

/// <summary>
/// The conventions of fenced blocks in documents: <c>console</c> is run and what it prints compared, <c>sh</c> is run unless it is listed below with the reason,
/// <c>ini</c> are settings, <c>json</c> are lines of output, <c>text</c> is neither. Every command and option that a document names is one of the command line.
/// </summary>
public sealed partial class DocumentedCommandTests
{
    private const string NoHost = "not run: needs the Azure Functions Core Tools", NoContainers = "not run: needs containers", NoAzure = "not run: needs Azure and azd";

    /// <summary>Every shell block by its document and how it begins, and the test that runs it, or why there is none.</summary>
    private static readonly (string Document, string Begins, string Run)[] ShellBlocks =
    [
        ("README.md", "dotnet run --project src/BackupFunctions.Standalone -- demo", nameof(ReadmeTests.The_demo_prints_what_its_transcript_shows)),
        ("README.md", "dotnet build -c Release -v q src/BackupFunctions.Cli", nameof(ReadmeTests.The_walk_through_prints_what_its_transcript_shows)),
        ("README.md", "dotnet run -c Release --project src/BackupFunctions.Standalone -- serve", nameof(ReadmeTests.The_service_starts_and_answers_as_its_lines_say)),
        ("README.md", "cp local.settings.sample.json", NoHost),
        ("README.md", "infra/make-secrets.sh", NoContainers),
        ("README.md", "azd env set", NoAzure),
        ("README.md", "./test.sh", "not run: it is what runs this test"),
        ("docs/format.md", "backupfn download", nameof(DecoderTests.It_writes_byte_for_byte_what_decrypt_writes)),
        ("docs/operations.md", "backupfn ", nameof(OperationsDocumentTests.Every_command_works_in_its_order_and_prints_what_is_shown)),
        ("docs/recovery.md", "dotnet publish ", nameof(RecoveryDocumentTests.The_copy_of_the_program_runs_without_NET)),
        ("docs/recovery.md", "backupfn ", nameof(RecoveryDocumentTests.Every_command_works_in_its_order)),
    ];

    private static readonly string[] Transcripts = ["README.md", "docs/operations.md"];

    [Fact]
    public void Every_block_is_of_a_known_kind()
    {
        foreach (var block in Document.All.SelectMany(d => d.Blocks))
        {
            block.Language.ShouldBeOneOf(["console", "sh", "ini", "json", "text"], $"{block.Document}: {block.Lines[0]}");
            if (block.Language == "console") Transcripts.ShouldContain(block.Document);
            if (block.Language == "text") block.Lines.ShouldAllBe(l => !l.StartsWith("backupfn ", StringComparison.Ordinal) && !l.StartsWith("$ ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_shell_block_is_run_by_a_test_or_says_why_not()
    {
        var unused = ShellBlocks.ToHashSet();
        foreach (var block in Document.All.SelectMany(d => d.Blocks).Where(b => b.Language == "sh"))
        {
            var rows = ShellBlocks.Where(s => s.Document == block.Document && block.Content.StartsWith(s.Begins, StringComparison.Ordinal)).ToList();
            rows.Count.ShouldBe(1, $"{block.Document}: {block.Lines[0]}");
            unused.Remove(rows[0]);
        }
        unused.ShouldBeEmpty();
    }

    [Fact]
    public void Every_command_in_a_block_parses()
    {
        var parsed = 0;
        foreach (var (block, line) in Document.All.SelectMany(d => d.Blocks).SelectMany(Commands))
        {
            // what a reader puts in for these names
            var filled = line.Replace("$TARGET", "mongodb://target.example.com/", StringComparison.Ordinal).Replace("$NODE", "file:///media/vault", StringComparison.Ordinal)
                .Replace("$OPTIME", "1795430813:4", StringComparison.Ordinal)
                .Replace("$ROOT", "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354", StringComparison.Ordinal);
            var words = new TranscriptCommand(filled, "").Words.SkipWhile(w => w.Contains('=', StringComparison.Ordinal)).ToList();
            if (words is not ["backupfn", ..]) continue;
            Root().Parse([.. words.Skip(1)], new ParserConfiguration { ResponseFileTokenReplacer = null }).Errors.Select(e => e.Message).ShouldBeEmpty($"{block.Document}: {line}");
            parsed++;
        }
        parsed.ShouldBeGreaterThan(30);
    }

    /// <summary>Also those in running text, where brackets and dots stand for what may be left out.</summary>
    [Fact]
    public void Every_command_and_option_in_running_text_exists()
    {
        var root = Root();
        var found = 0;
        foreach (var document in Document.All)
        {
            foreach (var text in InlineCommand().Matches(document.Text).Select(m => m.Groups[1].Value))
            {
                Check(root, text, $"{document.Path}: {text}");
                found++;
            }
        }
        foreach (var text in TableCommand().Matches(new Document("docs/cli.md").Text).Select(m => m.Groups[1].Value)) Check(root, text, $"docs/cli.md: {text}");
        found.ShouldBeGreaterThan(30);
    }

    [Fact]
    public void The_table_of_commands_has_all_of_them()
    {
        var root = Root();
        var listed = TableCommand().Matches(new Document("docs/cli.md").Text).Select(m => PathOf(root, m.Groups[1].Value)).Distinct();
        listed.Order(StringComparer.Ordinal).ShouldBe(Leaves(root, "").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_setting_in_a_block_is_one()
    {
        var known = KnownSettings.All.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var block in Document.All.SelectMany(d => d.Blocks).Where(b => b.Language is "ini" or "console" or "sh"))
        {
            foreach (var name in block.Lines.SelectMany(l => Assignment().Matches(l)).Select(m => m.Groups[1].Value)) known.ShouldContain(name, $"{block.Document}: {name}");
        }
    }

    [Fact]
    public void Every_link_to_a_file_or_a_heading_leads_there()
    {
        foreach (var document in Document.All)
        {
            foreach (var target in Link().Matches(document.Text).Select(m => m.Groups[1].Value))
            {
                var (file, heading) = target.Split('#') is [var f, var h] ? (f, h) : (target, null);
                var path = file.Length == 0 ? document.Path : Path.GetRelativePath(".", Path.Combine(Path.GetDirectoryName(document.Path)!, file)).Replace('\\', '/');
                Path.Exists(Path.Combine(Transcript.Root, path)).ShouldBeTrue($"{document.Path}: {target}");
                if (heading is not null) Heading().Matches(new Document(path).Text).Select(m => Slug(m.Groups[1].Value)).ShouldContain(heading, $"{document.Path}: {target}");
            }
        }
    }

    private static BackupFnCommand Root() => new(null!);

    private static IEnumerable<(FencedBlock Block, string Line)> Commands(FencedBlock block) => block.Language switch
    {
        "console" => block.Transcript().Select(c => (block, c.Line)),
        "sh" => block.Lines.Select(l => (block, l)),
        _ => [],
    };

    private static IEnumerable<string> Leaves(Command command, string path) =>
        command.Subcommands.Count == 0 ? [path] : command.Subcommands.SelectMany(c => Leaves(c, $"{path} {c.Name}".TrimStart()));

    private static string PathOf(Command root, string text)
    {
        var path = new List<string>();
        foreach (var word in text.Split([' ', '[', ']'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (root.Subcommands.FirstOrDefault(c => c.Name == word) is not { } next) break;
            root = next;
            path.Add(word);
        }
        return string.Join(' ', path);
    }

    // descends as long as words are commands, then looks for every option
    private static void Check(Command root, string text, string where)
    {
        var words = text.Split([' ', '[', ']', '|', '…', '\\'], StringSplitOptions.RemoveEmptyEntries);
        var command = root;
        var options = root.Options.ToList();
        foreach (var word in words)
        {
            if (command.Subcommands.FirstOrDefault(c => c.Name == word) is not { } next) break;
            options.AddRange((command = next).Options);
        }
        if (words.Length > 0 && char.IsAsciiLetterLower(words[0][0])) command.ShouldNotBe(root, where);
        foreach (var option in words.Where(w => w.StartsWith("--", StringComparison.Ordinal)))
            options.ShouldContain(o => o.Name == option || o.Aliases.Contains(option), $"{where}: {option}");
    }

    // as GitHub makes them
    private static string Slug(string heading) => NotInSlugs().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex("`backupfn ([^`]+)`")]
    private static partial Regex InlineCommand();

    [GeneratedRegex("^\\| `([a-z][^`]*)`(?: with the same options)? \\| [a-z]", RegexOptions.Multiline)]
    private static partial Regex TableCommand();

    [GeneratedRegex("(?<![A-Z_])((?:MONGODB|BACKUP|IPFS|LOCAL|RETENTION|SCRUB|DRILL)_[A-Z0-9_]+)=")]
    private static partial Regex Assignment();

    [GeneratedRegex("\\]\\((?!https?:)([^)]+)\\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^\\w -]")]
    private static partial Regex NotInSlugs();
}
