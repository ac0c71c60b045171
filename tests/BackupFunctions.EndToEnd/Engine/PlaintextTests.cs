using System.Text;
using BackupFunctions.Ambient;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Engine;

public sealed class PlaintextTests(EngineServer server) : IClassFixture<EngineServer>
{
    private const string Marker = "PLAINTEXT-MARKER-7f3a";

    [Fact]
    public async Task Plaintext_never_reaches_a_disk()
    {
        using var run = new EngineRun(server, new KeepingFiles());
        var name = $"{Marker}-collection";
        await run.Collection(name).InsertManyAsync(Enumerable.Range(0, 50).Select(i => new BsonDocument { { "_id", $"{Marker}-{i}" }, { $"{Marker}-field", EngineRun.Noise(i, 100) } }));
        await run.Collection(name).Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{x: 1}", new CreateIndexOptions { Name = $"{Marker}-index" }));
        await run.Database.RunCommandAsync<BsonDocument>(new BsonDocument { { "create", $"{Marker}-view" }, { "viewOn", name }, { "pipeline", new BsonArray() } });
        await run.BackUp();
        await run.BackUp();

        var files = Directory.GetFiles(run.Directory, "*", SearchOption.AllDirectories);
        foreach (var part in new[] { "staging", "vault1", "vault2", "catalogue" })
            files.ShouldContain(f => f.StartsWith(Path.Combine(run.Directory, part), StringComparison.Ordinal));
        files.ShouldContain(f => f.EndsWith(".car") && f.Contains("staging", StringComparison.Ordinal));
        string[] forms = [Marker, run.Name, Convert.ToBase64String(Encoding.UTF8.GetBytes(Marker))[..20], Convert.ToHexString(Encoding.UTF8.GetBytes(Marker)), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Marker))];
        foreach (var file in files)
        {
            var bytes = await File.ReadAllBytesAsync(file, EngineRun.Cancellation);
            foreach (var form in forms) bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(form)).ShouldBe(-1, $"{form} in {file}");
            file[run.Directory.Length..].ShouldNotContain(Marker);
        }
    }

    /// <summary>The real disk, where nothing is ever deleted, so that what was there for a while can be looked at.</summary>
    private sealed class KeepingFiles : IFiles
    {
        private readonly DiskFiles _disk = new();

        public Stream OpenRead(string path) => _disk.OpenRead(path);
        public PendingFile Create(string path, bool ownerOnly = false) => _disk.Create(path, ownerOnly);
        public bool Exists(string path) => _disk.Exists(path);
        public long Length(string path) => _disk.Length(path);
        public void Delete(string path) => throw new NotSupportedException($"nothing here deletes {path}");
        public IEnumerable<string> List(string directory) => _disk.List(directory);
        public long FreeBytes(string path) => _disk.FreeBytes(path);

        public void DeleteDirectory(string path)
        {
        }
    }
}
