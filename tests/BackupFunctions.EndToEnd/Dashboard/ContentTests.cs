using System.Text.Json;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Serving;
using static Microsoft.Playwright.Assertions;

namespace BackupFunctions.EndToEnd.Dashboard;

/// <summary>What the dashboard shows of none, one and many backups, and of a gap.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class ContentTests(Browser browser)
{
    [Fact]
    public async Task Without_a_backup_it_says_so_and_tells_when_the_next_is_due()
    {
        await using var server = await RunningServer.Start(RunningServer.Nowhere, settings => settings[SettingNames.FullSchedule] = "0 2 * * 0");
        await using var dashboard = await browser.Open(server.Address());
        await dashboard.Ready();
        await Expect(dashboard.Page.Locator("#reasons")).Not.ToContainTextAsync("no backup yet");
        await Expect(dashboard.Headline).ToContainTextAsync("Nothing can be restored to a point in time yet; no backup yet; no restore proven yet");
        await Expect(dashboard.Page.Locator("#timeline")).ToContainTextAsync("No backup yet");
        await Expect(dashboard.Page.Locator("#table")).ToContainTextAsync("No backup yet");
        await Expect(dashboard.Page.Locator("#schedules")).ToContainTextAsync("Full backup");
        await Expect(dashboard.Page.Locator("#nodes .badge")).ToHaveTextAsync(["answers", "answers"]);
        await dashboard.Judge("none");
    }

    [Fact]
    public async Task One_backup_stands_in_the_headline_the_timeline_and_the_table()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await ServedBackups.Write(mongo.ConnectionString, 0);
        await using var server = await RunningServer.Start(mongo.ConnectionString);
        var backup = (await server.Full()).GetProperty("backups")[0];
        await using var dashboard = await browser.Open(server.Address());
        await dashboard.Ready();
        var id = backup.GetProperty("id").GetString()![..12];
        await Expect(dashboard.Headline).ToContainTextAsync("Restorable from ");
        await Expect(dashboard.Headline).ToContainTextAsync("no restore proven yet");
        await Expect(dashboard.Page.Locator("#timeline .tick").First).ToBeAttachedAsync();
        await Expect(dashboard.Rows).ToHaveCountAsync(1);
        await Expect(dashboard.Rows).ToContainTextAsync([$"full {id}"]);
        await Expect(dashboard.Rows.GetByRole(Microsoft.Playwright.AriaRole.Cell, new() { Name = "2/2" })).ToBeVisibleAsync();
        await Expect(dashboard.Page.Locator("#sizes rect.full")).ToHaveCountAsync(2);
        await Expect(dashboard.Operations).ToContainTextAsync("Full backup");
        await dashboard.Judge("one");
    }

    [Fact]
    public async Task Many_backups_are_shown_by_pages_without_losing_one_also_in_the_dark_and_on_a_narrow_screen()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await using var server = await RunningServer.Start(mongo.ConnectionString);
        for (var i = 0; i < 6; i++)
        {
            await ServedBackups.Write(mongo.ConnectionString, i * 100, 20 + (i * 7));
            await server.Full();
        }
        for (var i = 6; i < 9; i++)
        {
            await ServedBackups.Write(mongo.ConnectionString, i * 100);
            await server.Incremental();
        }
        var at = (await server.Http.Ok("/api/windows")).GetProperty("windows")[0].GetProperty("from").GetString();
        var drilled = (await server.Run("drills", new { at }, "restore-drill")).GetProperty("backup").GetString();
        var listed = (await server.Http.Ok("/api/backups?limit=1000")).GetProperty("backups").EnumerateArray().ToList();
        Judge(listed, drilled);
        var all = listed.Select(b => b.GetProperty("id").GetString()![..12]).ToList();

        await using (var dashboard = await browser.Open(server.Address()))
        {
            await dashboard.Ready();
            await dashboard.Page.Locator("#rows").SelectOptionAsync("10");
            await Expect(dashboard.Page.Locator("#range")).ToHaveTextAsync($"1 to 10 of {all.Count}");
            var ids = dashboard.Page.Locator("#table tbody th code");
            var first = await ids.AllTextContentsAsync();
            await Expect(dashboard.Headline).Not.ToContainTextAsync("no restore proven yet");
            await dashboard.Judge("many");
            await dashboard.Button("Older").ClickAsync();
            await Expect(dashboard.Page.Locator("#range")).ToHaveTextAsync($"11 to {all.Count} of {all.Count}");
            await Expect(dashboard.Button("Older")).ToBeDisabledAsync();
            first.Concat(await ids.AllTextContentsAsync()).ShouldBe(all);
            await dashboard.Button("Newer").ClickAsync();
            await Expect(dashboard.Page.Locator("#range")).ToHaveTextAsync($"1 to 10 of {all.Count}");
            await Expect(dashboard.Button("Newer")).ToBeDisabledAsync();
        }
        await using (var dark = await browser.Open(server.Address(), dark: true))
        {
            await dark.Ready();
            (await dark.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(16, 22, 21)");
            await dark.Judge("dark");
        }
        await using var narrow = await browser.Open(server.Address(), width: 400);
        await narrow.Ready();
        await Expect(narrow.Page.GetByRole(Microsoft.Playwright.AriaRole.Row)).ToHaveCountAsync(all.Count + 1);
        await narrow.Judge("narrow");
        await narrow.Button("Restore").ClickAsync();
        await Expect(narrow.Dialog("Restore")).ToBeVisibleAsync();
        await narrow.Judge("narrow-restore");
    }

    [Fact]
    public async Task A_gap_is_red_in_the_timeline_and_told_in_words()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new() { Members = 3 });
        await ServedBackups.Write(mongo.ConnectionString, 0);
        await using var server = await RunningServer.Start(mongo.ConnectionString);
        await server.Full();
        await ServedBackups.Write(mongo.ConnectionString, 100);
        await server.Incremental();
        await ServedBackups.Write(mongo.ConnectionString, 200);
        mongo.Controls.KeepOplogEntries(2);
        (await server.Incremental()).GetProperty("gaps").GetArrayLength().ShouldBeGreaterThan(0);

        await using var dashboard = await browser.Open(server.Address());
        await dashboard.Ready();
        await Expect(dashboard.Headline).ToContainTextAsync("1 gap inside cannot be restored");
        var gap = dashboard.Page.Locator("#timeline > svg rect.gap");
        await Expect(gap).ToHaveCountAsync(1);
        await Expect(gap).ToHaveCSSAsync("fill", "rgb(179, 38, 30)");
        await Expect(dashboard.Page.GetByRole(Microsoft.Playwright.AriaRole.Img, new() { NameRegex = new("gap behind .* until ") })).ToBeVisibleAsync();
        await dashboard.Judge("gap");
    }

    // what the manifest knows of each, beside what its own entry says
    private static void Judge(List<JsonElement> listed, string? drilled)
    {
        var fulls = listed.Where(b => b.GetProperty("type").GetString() == "full").Select(b => b.GetProperty("id").GetString()).ToList();
        // the newest slice continues the newest full backup; others may lead from one to the next
        listed.First(b => b.GetProperty("type").GetString() == "incremental").GetProperty("chain").GetString().ShouldBe(fulls[0]);
        foreach (var backup in listed)
        {
            var id = backup.GetProperty("id").GetString();
            if (fulls.Contains(id)) backup.GetProperty("chain").GetString().ShouldBe(id);
            else fulls.ShouldContain(backup.GetProperty("chain").GetString());
            (backup.GetProperty("copies").GetInt32(), backup.GetProperty("wantedCopies").GetInt32(), backup.GetProperty("epoch").GetInt32()).ShouldBe((2, 2, 1));
            (backup.GetProperty("isDamaged").GetBoolean(), backup.GetProperty("isProtected").GetBoolean()).ShouldBe((false, false));
            backup.GetProperty("verifiedAt").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(backup.GetProperty("started").GetDateTimeOffset());
            var drill = backup.GetProperty("drilled");
            (drill.ValueKind == JsonValueKind.Object ? drill.GetProperty("outcome").GetString() : null).ShouldBe(id == drilled ? "proven" : null);
        }
    }
}
