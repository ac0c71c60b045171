using System.Text.RegularExpressions;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Serving;
using static Microsoft.Playwright.Assertions;

namespace BackupFunctions.EndToEnd.Dashboard;

/// <summary>What the dashboard shows while something runs, and when something is wrong.</summary>
[Collection(nameof(BrowserCollection))]
public sealed partial class FailureTests(Browser browser)
{
    [Fact]
    public async Task A_running_backup_is_shown_with_its_progress()
    {
        // a server that does not answer for as long as the test needs
        await using var server = await RunningServer.Start("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=1200000");
        using (var started = await server.Http.PostJson("/api/backups", """{"type":"full"}""")) started.EnsureSuccessStatusCode();
        await using var dashboard = await browser.Open(server.Address());
        await dashboard.Ready();
        await Expect(dashboard.Operations.GetByRole(Microsoft.Playwright.AriaRole.Progressbar)).ToBeVisibleAsync();
        await Expect(dashboard.Operations).ToContainTextAsync("Full backup");
        await Expect(dashboard.Operations).ToContainTextAsync("plan");
        await dashboard.Judge("running");

        await dashboard.Button("Start backup").ClickAsync();
        await dashboard.Type("Full").CheckAsync();
        await dashboard.Button("Start").ClickAsync();
        await Expect(dashboard.Page.Locator("#backup-problem")).Not.ToBeEmptyAsync();
        await dashboard.Judge("running-twice", 409);
        await dashboard.Page.Keyboard.PressAsync("Escape");

        using (var ended = await server.Http.Post($"{Routes.Instances}/full-backup/terminate?reason=test")) ended.EnsureSuccessStatusCode();
        await Expect(dashboard.Operations).ToContainTextAsync("terminated");
        await Expect(dashboard.Page.Locator("#live")).ToContainTextAsync("Full backup");
    }

    [Fact]
    public async Task A_failing_node_is_named_and_its_copies_are_missing()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await ServedBackups.Write(mongo.ConnectionString, 0);
        await using var server = await RunningServer.Start(mongo.ConnectionString);
        await server.Full();
        File.Delete(Path.Combine(server.Directory, "vault2", "id"));
        await server.Full();
        await using var dashboard = await browser.Open(server.Address());
        await dashboard.Ready();
        await Expect(dashboard.Headline).ToHaveClassAsync(Alarmed());
        await Expect(dashboard.Page.Locator("#reasons li").First).ToBeVisibleAsync();
        await Expect(dashboard.Page.Locator("#nodes .badge")).ToHaveTextAsync(["answers", "fails"]);
        foreach (var pins in new[] { "1/2", "2/2" }) await Expect(dashboard.Rows.GetByRole(Microsoft.Playwright.AriaRole.Cell, new() { Name = pins })).ToHaveCountAsync(1);
        await Expect(dashboard.Operations).ToContainTextAsync("with problems");
        await dashboard.Judge("failing-node");
    }

    [Fact]
    public async Task With_both_nodes_gone_the_headline_is_red_and_says_why()
    {
        await using var server = await RunningServer.Start(RunningServer.Nowhere, settings =>
        {
            settings[SettingNames.NodeUrl(1)] = Impossible(settings, 1);
            settings[SettingNames.NodeUrl(2)] = Impossible(settings, 2);
        });
        await using var dashboard = await browser.Open(server.Address());
        await dashboard.Ready();
        await Expect(dashboard.Headline).ToHaveClassAsync(Red());
        await Expect(dashboard.Page.Locator("#headline-more")).ToContainTextAsync("unhealthy");
        (await dashboard.Page.Locator("#reasons li").CountAsync()).ShouldBeGreaterThanOrEqualTo(2);
        await dashboard.Judge("unhealthy");
    }

    [Fact]
    public async Task A_host_that_is_gone_is_told()
    {
        var server = await RunningServer.Start(RunningServer.Nowhere);
        await using var dashboard = await browser.Open(server.Address());
        await dashboard.Ready();
        await server.DisposeAsync();
        // what makes the page ask again without waiting for its next turn
        await dashboard.Page.EvaluateAsync("() => document.dispatchEvent(new Event('changed'))");
        await Expect(dashboard.Headline).ToContainTextAsync("The host does not answer as it should");
        await Expect(dashboard.Headline).ToHaveClassAsync(Red());
    }

    // a vault that cannot be: its directory is a file
    private static string Impossible(Dictionary<string, string> settings, int number)
    {
        var file = Path.Combine(Path.GetDirectoryName(settings[SettingNames.Journal])!, "file");
        File.WriteAllText(file, "");
        return $"{new Uri(file).AbsoluteUri}/{number}";
    }

    [GeneratedRegex(@"\b(warn|bad)\b")]
    private static partial Regex Alarmed();

    [GeneratedRegex(@"\bbad\b")]
    private static partial Regex Red();
}
