using BackupFunctions.Configuration;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>What is wrong with a setting or an argument is said by name, with a hint, and nothing is left behind.</summary>
public sealed class BadSettingTests(MongoFixture mongo) : IClassFixture<MongoFixture>
{
    private const string Short = "c2hvcnQga2V5";

    private static readonly Dictionary<string, Case> Cases = new Case[]
    {
        new("no key", "backup full", 2) { Without = [SettingNames.Key], Named = ["BACKUP_ENCRYPTION_KEY", "keys new"] },
        new("two keys", "backup full", 2) { With = { [SettingNames.KeyFile] = "{root}/key" }, Named = ["BACKUP_ENCRYPTION_KEY and BACKUP_ENCRYPTION_KEY_FILE"] },
        new("a key and a passphrase", "list", 2) { With = { [SettingNames.Passphrase] = "correct horse battery" }, Named = ["BACKUP_ENCRYPTION_PASSPHRASE"] },
        new("a short key", "backup full", 2) { With = { [SettingNames.Key] = Short }, Named = ["BACKUP_ENCRYPTION_KEY", "9 bytes"], Hidden = Short },
        new("a key that is no base64", "verify", 2) { With = { [SettingNames.Key] = "not-a-key" }, Named = ["BACKUP_ENCRYPTION_KEY"], Hidden = "not-a-key" },
        new("a key file that is missing", "backup full", 2)
        {
            Without = [SettingNames.Key], With = { [SettingNames.KeyFile] = "{root}/nowhere" }, Named = ["BACKUP_ENCRYPTION_KEY_FILE", "nowhere"],
        },
        new("a key file that holds no key", "backup full", 2)
        {
            Without = [SettingNames.Key], With = { [SettingNames.KeyFile] = "{root}/key" }, Named = ["BACKUP_ENCRYPTION_KEY_FILE"], Hidden = "this is no key",
        },
        new("a key command that fails", "backup full", 2)
        {
            Without = [SettingNames.Key], With = { [SettingNames.KeyCommand] = "exit 3" }, Named = ["BACKUP_ENCRYPTION_KEY_COMMAND", "ended with 3"],
        },
        new("a key command that prints something else", "backup full", 2)
        {
            Without = [SettingNames.Key], With = { [SettingNames.KeyCommand] = "echo c0ffee-not-a-key" }, Named = ["BACKUP_ENCRYPTION_KEY_COMMAND"], Hidden = "c0ffee",
        },
        new("a URI of something else", "backup full", 2) { With = { [SettingNames.MongoUri] = "https://db.example.com" }, Named = ["MONGODB_URI", "mongodb://"] },
        new("unescaped characters in a password", "backup full", 2)
        {
            With = { [SettingNames.MongoUri] = "mongodb://ada:p@ss/w%rd@localhost:1/" }, Named = ["MONGODB_URI", "percent-encoded"], Hidden = "w%rd",
        },
        new("an unescaped password at --uri", "restore-full latest --uri mongodb://ada:s3cr3t/x@localhost:1/", 2) { Named = ["--uri"], Hidden = "s3cr3t" },
        new("no --uri", "restore-full latest", 2) { Named = ["--uri"] },
        new("a server that does not answer", "backup full", 1)
        {
            With = { [SettingNames.MongoUri] = "mongodb://ada:s3cr3t@127.0.0.1:1/?serverSelectionTimeoutMS=200" }, Named = ["MONGODB_URI", "127.0.0.1:1"], Hidden = "s3cr3t",
        },
        new("a target that does not answer", "restore {root}/crm --uri mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200", 1) { Named = ["--uri", "127.0.0.1:1"] },
        new("an unknown option in the URI", "backup full", 2) { With = { [SettingNames.MongoUri] = "mongodb://h:1/?tlsCAFile={root}/nowhere.pem" }, Named = ["MONGODB_URI", "tlsCAFile"] },
        new("the same node twice", "backup full", 2) { With = { [SettingNames.NodeUrl(2)] = "file://{root}/vault-1/" }, Named = ["IPFS_NODE_2_URL", "same node"] },
        new("a node with two kinds of credentials", "backup full", 2)
        {
            With = { [SettingNames.NodeUrl(2)] = "http://ada:s3cr3t@127.0.0.1:5001", [SettingNames.NodeToken(2)] = "t0ken" }, Named = ["IPFS_NODE_2_TOKEN", "IPFS_NODE_2_URL"], Hidden = "s3cr3t",
        },
        new("authorities that are no certificates", "backup full", 2)
        {
            With = { [SettingNames.NodeUrl(2)] = "https://127.0.0.1:5001", [SettingNames.NodeCaFile(2)] = "{root}/key" }, Named = ["IPFS_NODE_2_CA_FILE", "no certificate"],
        },
        new("a node that is no address", "list", 2) { With = { [SettingNames.NodeUrl(1)] = "ftp://host/x" }, Named = ["IPFS_NODE_1_URL", "ftp"] },
        new("a pattern that is none", "backup full", 2) { With = { [SettingNames.Include] = "shop" }, Named = ["BACKUP_INCLUDE", "database.collection"] },
        new("patterns that select nothing", "backup full", 2) { With = { [SettingNames.Include] = "shpo.*" }, Named = ["BACKUP_INCLUDE", "no collection"] },
        new("everything excluded", "backup full", 2) { With = { [SettingNames.Exclude] = "*.*" }, Named = ["BACKUP_EXCLUDE", "no collection"] },
        new("a star alone", "backup full", 2) { With = { [SettingNames.Exclude] = "*" }, Named = ["BACKUP_EXCLUDE", "database.collection"] },
        new("staging below a file", "backup full", 1) { With = { [SettingNames.Staging] = "{root}/key/staging" }, Named = ["BACKUP_STAGING"], LeavesRepository = true },
        new("a catalogue below a file", "backup full", 1) { With = { [SettingNames.CatalogUri] = "file://{root}/key/catalogue" }, Named = ["MONGODB_CATALOG_URI"], LeavesRepository = true },
        new("a first vault below a file", "backup full", 1) { With = { [SettingNames.NodeUrl(1)] = "file://{root}/key/vault" }, Named = ["IPFS_NODE_1_URL"], LeavesRepository = true },
        new("no repository yet", "list", 10) { Named = ["catalogue"] },
        new("no repository to restore from", $"restore-full latest --uri {Uri}", 10) { Named = ["catalogue"] },
        new("latest without a catalogue", $"restore-full latest --uri {Uri}", 2)
        {
            Without = [SettingNames.MongoUri, SettingNames.CatalogUri], Named = ["MONGODB_CATALOG_URI", "root CID"],
        },
        new("a CID that no node holds", $"restore-full bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy --uri {Uri}", 10) { Named = ["bafkreigh2"] },
        new("a download of what no node holds", "download bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", 10) { Named = ["bafkreigh2"] },
        new("a CID that is none", "download bafynot", 2) { Named = ["bafynot", "CID"] },
        new("a directory that is no dump", $"restore {{root}}/dump --uri {Uri}", 2) { Named = ["no mongodump directory"] },
        new("a dump that is not there", $"restore {{root}}/gone --uri {Uri}", 10) { Named = ["gone"] },
        new("a file that is no archive", $"restore {{root}}/key --uri {Uri}", 2) { Named = ["no mongodump archive"] },
        new("a CAR that is none", "decrypt {root}/key", 13) { Named = ["key"], HintMayLack = true },
        new("a directory that is no backup", "decrypt {root}/dump", 10) { Named = ["backup.json"] },
        new("nothing to decrypt", "decrypt {root}/gone.car", 10) { Named = ["gone.car"] },
        new("an unknown command", "bakcup", 2) { Named = ["bakcup", "backup"] },
        new("a sample of nothing", "verify --sample 0", 2) { Named = ["--sample"] },
        new("a key file that exists", "keys new --output {root}/key", 2) { Named = ["the file exists"] },
    }.ToDictionary(c => c.Name);

    private const string Uri = "{target}";

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task It_is_named_with_a_hint_and_nothing_is_left(string name)
    {
        var bad = Cases[name];
        using var work = Prepare(bad);
        var before = work.Snapshot;

        var outcome = await work.Run(bad.Command.Replace(Uri, mongo.Target, StringComparison.Ordinal));

        if (bad.HintMayLack) outcome.Ended(bad.ExitCode).Error.ShouldContain(bad.Named[0]);
        else outcome.FailedWith(bad.ExitCode, bad.Named);
        outcome.Out.ShouldBeEmpty();
        if (bad.Hidden is { } hidden) outcome.Error.ShouldNotContain(hidden);
        var left = work.Snapshot.Except(before).ToList();
        // a vault is made when it is first asked; wrong settings are found before
        if (outcome.Error.StartsWith("error: read settings: ", StringComparison.Ordinal)) left.ShouldBeEmpty();
        else if (bad.LeavesRepository) left.ShouldAllBe(f => f.StartsWith("vault-", StringComparison.Ordinal) || f.StartsWith("catalogue", StringComparison.Ordinal));
        else left.ShouldAllBe(f => f == "vault-1/id 32" || f == "vault-2/id 32");
    }

    [Theory, MemberData(nameof(Names))]
    public async Task As_JSON_it_is_one_error_line_with_the_same_code(string name)
    {
        var bad = Cases[name];
        using var work = Prepare(bad);
        var outcome = (await work.Run($"{bad.Command.Replace(Uri, mongo.Target, StringComparison.Ordinal)} --json")).Ended(bad.ExitCode);
        outcome.Out.ShouldBeEmpty();
        outcome.ErrorLine.GetProperty("exit_code").GetInt32().ShouldBe(bad.ExitCode);
        if (!bad.HintMayLack) outcome.ErrorLine.GetProperty("hint").GetString().ShouldNotBeNullOrEmpty();
        if (bad.Hidden is { } hidden) outcome.Error.ShouldNotContain(hidden);
    }

    private CliWorkspace Prepare(Case bad)
    {
        var work = new CliWorkspace(mongo.Source);
        File.WriteAllText(work.PathOf("key"), "this is no key");
        Directory.CreateDirectory(work.PathOf("dump"));
        File.WriteAllText(work.PathOf("dump", "holiday.jpg"), "no dump");
        Directory.CreateDirectory(work.PathOf("crm"));
        File.WriteAllBytes(work.PathOf("crm", "people.bson"), []);
        foreach (var name in bad.Without) work.Settings.Remove(name);
        foreach (var (name, value) in bad.With) work.Settings[name] = value;
        return work;
    }

    private sealed record Case(string Name, string Command, int ExitCode)
    {
        public Dictionary<string, string> With { get; } = [];
        public string[] Without { get; init; } = [];
        public string[] Named { get; init; } = [];
        public string? Hidden { get; init; }

        /// <summary>The settings are right as far as they can be checked: the repository is begun before it fails.</summary>
        public bool LeavesRepository { get; init; }

        public bool HintMayLack { get; init; }
    }
}
