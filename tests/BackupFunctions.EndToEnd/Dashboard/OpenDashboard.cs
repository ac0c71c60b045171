using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BackupFunctions.EndToEnd.Dashboard;

/// <summary>The page, and what its console said.</summary>
internal sealed class OpenDashboard : IAsyncDisposable
{
    // the browser's own line about an answer that is no 2xx; what the page makes of it is another matter
    private const string Answer = "Failed to load resource: the server responded with a status of ";

    private readonly IBrowserContext _context;
    private readonly List<string> _errors = [];

    public OpenDashboard(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") _errors.Add(message.Text);
        };
        page.PageError += (_, error) => _errors.Add(error);
    }

    public IPage Page { get; }

    public ILocator Headline => Page.Locator("#headline");

    public ILocator Rows => Page.Locator("#table tbody tr");

    public ILocator Operations => Page.Locator("#operations");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Dialog(string name) => Page.GetByRole(AriaRole.Dialog, new() { Name = name });

    /// <summary>The choice of a type in the dialog that starts a backup.</summary>
    public ILocator Type(string name) => Page.GetByRole(AriaRole.Radio, new() { NameRegex = new($"^{name}") });

    /// <summary>Waits until everything was asked once.</summary>
    public Task Ready() => Expect(Page.Locator("#asked")).ToContainTextAsync("Asked at");

    /// <summary>Keeps a picture, and checks that nothing stands beside the window, everybody can use what is shown, and nothing went wrong, but for answers of these statuses and 503, a red health.</summary>
    public async Task Judge(string picture, params int[] statuses)
    {
        await Page.ScreenshotAsync(new() { Path = Path.Combine(Browser.Pictures, $"{picture}.png"), FullPage = true });
        (await Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("the page scrolls sideways");
        (await Accessibility.Problems(Page)).ShouldBeEmpty(picture);
        _errors.Where(e => !statuses.Append(503).Any(s => e.StartsWith($"{Answer}{s}", StringComparison.Ordinal))).ShouldBeEmpty();
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
