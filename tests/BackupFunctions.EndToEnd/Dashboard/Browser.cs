using Microsoft.Playwright;

namespace BackupFunctions.EndToEnd.Dashboard;

/// <summary>Chromium as Debian packages it, or the one of <c>CHROMIUM_PATH</c>; nothing is downloaded. Pictures are kept in <c>screenshots</c> beside the tests.</summary>
public sealed class Browser : IAsyncLifetime
{
    // a busy machine draws slowly
    private const float Patience = 180_000;

    private static readonly string[] s_places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where pictures are kept.</summary>
    public static string Pictures { get; } = Path.Combine(AppContext.BaseDirectory, "screenshots");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Pictures);
        Console.WriteLine($"screenshots of the dashboard: {Pictures}");
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program(),
            Timeout = Patience,
            Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens the dashboard of a host.</summary>
    internal async Task<OpenDashboard> Open(Uri host, int width = 1200, bool dark = false)
    {
        var context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
        context.SetDefaultTimeout(Patience);
        var dashboard = new OpenDashboard(context, await context.NewPageAsync());
        await dashboard.Page.GotoAsync(new Uri(host, "/api/dashboard").AbsoluteUri);
        return dashboard;
    }

    private static string Program() =>
        new[] { Environment.GetEnvironmentVariable("CHROMIUM_PATH") }.Concat(s_places).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("find Chromium: install it (Debian: apt-get install chromium), or set CHROMIUM_PATH");
}

/// <summary>One browser for all of them, one after the other.</summary>
[CollectionDefinition(nameof(BrowserCollection))]
public sealed class BrowserCollection : ICollectionFixture<Browser>;
