using System.Text.Json;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Serving;
using static Microsoft.Playwright.Assertions;

namespace BackupFunctions.EndToEnd.Dashboard;

/// <summary>What can be done on the dashboard: with a pointer, by keyboard, and by strangers.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class UseTests(Browser browser)
{
    private const string Key = "the key of dashboard tests";

    [Fact]
    public async Task A_backup_and_a_restore_are_started_with_a_preview_and_a_confirmation()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await using var target = await EmbeddedMongoServer.Start(new());
        await ServedBackups.Write(mongo.ConnectionString, 0);
        await ServedBackups.Write(target.ConnectionString, 1000, 3);
        await using var server = await RunningServer.Start(mongo.ConnectionString);
        await using var dashboard = await browser.Open(server.Address());
        await dashboard.Ready();
        await dashboard.Button("Start backup").ClickAsync();
        await dashboard.Type("Full").CheckAsync();
        await dashboard.Judge("start-backup");
        await dashboard.Button("Start").ClickAsync();
        await Expect(dashboard.Dialog("Start a backup")).ToBeHiddenAsync();
        await Expect(dashboard.Rows).ToHaveCountAsync(1);
        await Expect(dashboard.Operations).ToContainTextAsync("completed");
        // health may have been asked before the backup
        await Expect(dashboard.Headline).Not.ToContainTextAsync("no backup yet");

        await dashboard.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { NameRegex = new("^Restore backup ") }).ClickAsync();
        var page = dashboard.Page;
        var restore = page.Locator("#restore");
        await page.Locator("#target").FillAsync(target.ConnectionString);
        await page.Locator("#drop").CheckAsync();
        await Expect(restore).ToBeDisabledAsync();
        await dashboard.Button("Preview").ClickAsync();
        await Expect(page.Locator("#plan")).ToContainTextAsync("shop.orders");
        await Expect(page.Locator("#plan")).ToBeFocusedAsync();
        await Expect(restore).ToBeDisabledAsync();
        await page.Locator("#confirmed").CheckAsync();
        await Expect(restore).ToBeEnabledAsync();
        await dashboard.Judge("restore-preview");

        // what was previewed is not what would be restored any more
        await page.Locator("#at").FillAsync("yesterday");
        await Expect(page.Locator("#plan")).ToBeHiddenAsync();
        await Expect(restore).ToBeDisabledAsync();
        await dashboard.Button("Preview").ClickAsync();
        await Expect(page.Locator("#restore-problem")).Not.ToBeEmptyAsync();
        (await server.Http.Ok(Routes.Instances)).EnumerateArray().Select(i => i.GetProperty("instanceId").GetString()).ShouldBe(["full-backup"]);

        await page.Locator("#at").FillAsync("");
        await dashboard.Button("Preview").ClickAsync();
        await page.Locator("#confirmed").CheckAsync();
        await restore.ClickAsync();
        await Expect(dashboard.Dialog("Restore")).ToBeHiddenAsync();
        await Expect(dashboard.Operations.Locator("li", new() { HasText = "Restore" })).ToContainTextAsync("completed");
        (await MongoFixture.Contents(target.ConnectionString)).ShouldBe(await MongoFixture.Contents(mongo.ConnectionString), ignoreOrder: true);
        await dashboard.Judge("restored", 400);
    }

    [Fact]
    public async Task Everything_works_by_keyboard_alone_and_the_focus_comes_back()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await ServedBackups.Write(mongo.ConnectionString, 0);
        await using var server = await RunningServer.Start(mongo.ConnectionString);
        await using var dashboard = await browser.Open(server.Address());
        await dashboard.Ready();
        var (page, keyboard) = (dashboard.Page, dashboard.Page.Keyboard);
        await keyboard.PressAsync("Tab");
        await Expect(page.GetByText("Skip to the backups")).ToBeFocusedAsync();
        await keyboard.PressAsync("Tab");
        await Expect(dashboard.Button("Start backup")).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await Expect(dashboard.Type("Incremental")).ToBeFocusedAsync();
        await keyboard.PressAsync("Escape");
        await Expect(dashboard.Dialog("Start a backup")).ToBeHiddenAsync();
        await Expect(dashboard.Button("Start backup")).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await keyboard.PressAsync("ArrowDown");
        await Expect(dashboard.Type("Full")).ToBeCheckedAsync();
        await keyboard.PressAsync("Enter");
        await Expect(dashboard.Rows).ToHaveCountAsync(1);

        await keyboard.PressAsync("Tab");
        await Expect(dashboard.Button("Restore")).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await Expect(page.Locator("#target")).ToBeFocusedAsync();
        await keyboard.TypeAsync("mongodb://127.0.0.1:1/");
        await keyboard.PressAsync("Enter");
        await Expect(page.Locator("#plan")).ToBeFocusedAsync();
        await keyboard.PressAsync("Escape");
        await Expect(dashboard.Button("Restore")).ToBeFocusedAsync();
        await dashboard.Judge("keyboard");
    }

    [Fact]
    public async Task A_host_with_a_key_is_asked_with_it_and_the_key_is_kept_nowhere()
    {
        await using var server = await RunningServer.Start(RunningServer.Nowhere, settings => settings[SettingNames.ApiKey] = Key);
        await using var dashboard = await browser.Open(server.Address());
        var page = dashboard.Page;
        await Expect(dashboard.Dialog("Key of the API")).ToBeVisibleAsync();
        await dashboard.Judge("key", 401);
        await page.Locator("#key").FillAsync("another");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#key-problem")).ToHaveTextAsync("This key is not right.");
        await page.Locator("#key").FillAsync(Key);
        await dashboard.Button("Open").ClickAsync();
        await dashboard.Ready();
        await Expect(page.Locator("#nodes .badge")).ToHaveTextAsync(["answers", "answers"]);
        page.Url.ShouldNotContain("code");
        (await page.ContentAsync()).ShouldNotContain(Key);
        (await page.EvaluateAsync<string>("() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")).ShouldBe("""[{},{},""]""");
        await dashboard.Judge("opened", 401);
        await page.ReloadAsync();
        await Expect(dashboard.Dialog("Key of the API")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_page_runs_nothing_and_asks_nothing_but_its_own_host()
    {
        await using var server = await RunningServer.Start(RunningServer.Nowhere);
        foreach (var (file, type) in new[] { ("", "text/html"), ("/main.js", "text/javascript"), ("/page.css", "text/css"), ("/icon.svg", "image/svg+xml") })
        {
            using var response = await server.Http.Get($"/api/dashboard{file}");
            response.Content.Headers.ContentType!.MediaType.ShouldBe(type);
            response.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'; script-src 'self';");
            response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        }
        using (var unknown = await server.Http.Get("/api/dashboard/..%2findex.html")) await unknown.ShouldBeProblem(System.Net.HttpStatusCode.NotFound);

        await using var dashboard = await browser.Open(server.Address());
        await dashboard.Ready();
        await dashboard.Judge("policy");
        var violated = await dashboard.Page.EvaluateAsync<JsonElement>("""
            async () => {
              const violated = new Set();
              document.addEventListener("securitypolicyviolation", e => violated.add(e.effectiveDirective));
              const refused = [];
              new Image().src = "http://127.0.0.1:9/picture.png";
              await fetch("http://127.0.0.1:9/").catch(() => refused.push("fetch"));
              try { document.body.innerHTML = "<p>markup</p>"; } catch { refused.push("markup"); }
              document.body.append(Object.assign(document.createElement("style"), { textContent: "body { color: red }" }));
              await new Promise(done => setTimeout(done));
              return { refused, violated: [...violated] };
            }
            """);
        violated.GetProperty("refused").EnumerateArray().Select(e => e.GetString()).ShouldBe(["fetch", "markup"]);
        var directives = violated.GetProperty("violated").EnumerateArray().Select(e => e.GetString()).ToList();
        foreach (var directive in new[] { "img-src", "connect-src", "style-src-elem" }) directives.ShouldContain(directive);
    }
}
