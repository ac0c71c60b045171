using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Notifications;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Engine;

public sealed class CatalogueNameTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-engine-");
    private Embedded.Server.EmbeddedMongoServer _server = null!;

    // a server of its own: the database has the name that a catalogue has by default
    public async ValueTask InitializeAsync() => _server = await Embedded.Server.EmbeddedMongoServer.Start(new());

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_catalogue_in_a_directory_keeps_no_database_of_its_name_out_of_the_backup(bool inDirectory)
    {
        using var client = new MongoClient(_server.ConnectionString);
        await client.GetDatabase("backup_catalog").GetCollection<BsonDocument>("mine").InsertOneAsync(new BsonDocument("_id", 1));
        await client.GetDatabase("shop").GetCollection<BsonDocument>("orders").InsertOneAsync(new BsonDocument("_id", 1));
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SettingNames.MongoUri] = _server.ConnectionString,
            [SettingNames.Key] = Convert.ToBase64String(new byte[32]),
            [SettingNames.NodeUrl(1)] = Url("vault1"),
            [SettingNames.NodeUrl(2)] = Url("vault2"),
            [SettingNames.Staging] = Path.Combine(_directory.FullName, "staging"),
        };
        if (inDirectory) environment[SettingNames.CatalogUri] = Url("catalogue");
        var files = new DiskFiles();
        var options = BackupOptions.Load(new SettingsSource(environment, new Dictionary<string, string>(), _directory.FullName, files), OptionsScope.Backup);
        using var engine = new BackupEngine(options, new(TimeProvider.System, new SystemRandomSource(), files, new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance));
        var backup = (await engine.BackUp(null, TestContext.Current.CancellationToken)).Backup;
        backup.Namespaces.ShouldBe(inDirectory ? ["backup_catalog.mine", "shop.orders"] : ["shop.orders"]);
        (await engine.BackUp(null, TestContext.Current.CancellationToken)).Backup.Namespaces.ShouldBe(backup.Namespaces);
    }

    private string Url(string name) => new Uri(Path.Combine(_directory.FullName, name)).AbsoluteUri;
}
