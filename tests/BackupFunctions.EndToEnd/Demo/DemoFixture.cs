using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Standalone.Demo;
using BackupFunctions.Standalone.Demo.Story;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.EndToEnd.Demo;

/// <summary>Runs the demo over fakes and keeps what it said and left behind.</summary>
internal sealed class DemoFixture : IDisposable
{
    private readonly StringWriter _out = new(), _error = new();

    public DemoFixture(FakeParts? parts = null) => Parts = parts ?? new FakeParts();

    public FakeParts Parts { get; }

    public string Temporary { get; } = Directory.CreateTempSubdirectory("backupfunctions-test-").FullName;

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public IReadOnlyList<JsonElement> Lines => Parse(Out);

    public JsonElement Summary => Lines[^1];

    public JsonElement ErrorLine => Parse(Error).ShouldHaveSingleItem();

    public Task<int> RunJson(DemoRequest? request = null, CancellationToken cancellationToken = default) => Run(new JsonStory(_out, _error), request, cancellationToken);

    public Task<int> RunText(DemoRequest? request = null) => Run(TextStory.On(_out, _error, interactive: false, colour: true), request, default);

    public void Dispose() => Directory.Delete(Temporary, recursive: true);

    private static List<JsonElement> Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private Task<int> Run(IDemoStory story, DemoRequest? request, CancellationToken cancellationToken) =>
        new DemoRunner(Parts, story, new FakeTimeProvider(), new SystemRandomSource()) { TemporaryDirectory = Temporary }.Run(request ?? new DemoRequest(), cancellationToken);
}
