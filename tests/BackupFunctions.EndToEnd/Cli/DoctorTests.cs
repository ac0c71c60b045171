using System.Text.Json;
using BackupFunctions.Configuration;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>Each thing that would make a backup fail is found by its check, with what to do and an exit code, and keeps no other check from its work.</summary>
public sealed class DoctorTests(MongoFixture mongo) : IClassFixture<MongoFixture>
{
    private static readonly Dictionary<string, (Action<CliWorkspace> Do, string Check, string Status, string Message, int ExitCode)> s_faults = new()
    {
        ["nothing"] = (_ => { }, "key", "ok", "opens repository", 0),
        ["a setting is misspelled"] = (w => w.Settings["BACKUP_PARALELISM"] = "2", "settings", "warning", "did you mean BACKUP_PARALLELISM", 0),
        ["a setting is wrong"] = (w => w.Settings[SettingNames.Parallelism] = "many", "settings", "failed", "BACKUP_PARALLELISM", 2),
        ["the server is gone"] = (w => w.Settings[SettingNames.MongoUri] = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100", "mongodb", "failed", "MONGODB_URI", 1),
        ["the catalogue is not what was written"] = (w => File.WriteAllText(w.PathOf("catalogue", "head.json"), "something else"), "catalogue", "failed", "head.json", 1),
        ["the key is another"] = (w => w.Settings[SettingNames.Key] = CliWorkspace.OtherKey, "key", "failed", "the key opens none of its slots", 1),
        ["a vault is gone"] = (w => File.Delete(w.PathOf("vault-1", "id")), "node 1", "failed", "IPFS_NODE_1_URL", 1),
        ["a volume is not mounted"] = (w => Directory.Delete(w.PathOf("vault-2"), recursive: true), "node 2", "warning", "another node than the one that holds 1 backups", 0),
        ["staging cannot be written"] = (Occupied, "staging", "failed", "staging", 1),
    };

    public static TheoryData<string> Faults => [.. s_faults.Keys];

    [Theory, MemberData(nameof(Faults))]
    public async Task Each_fault_is_found_with_what_to_do_and_an_exit_code(string name)
    {
        var fault = s_faults[name];
        using var work = new CliWorkspace(mongo.Source);
        await work.BackUp();
        fault.Do(work);
        var findings = (await work.Run("doctor --json")).Ended(fault.ExitCode).Result.GetProperty("findings").EnumerateArray().ToList();
        var found = findings.Where(f => Text(f, "check") == fault.Check && Text(f, "status") == fault.Status).ToList();
        found.ShouldNotBeEmpty(string.Join('\n', findings));
        found.ShouldContain(f => Text(f, "message")!.Contains(fault.Message, StringComparison.Ordinal), string.Join('\n', found));
        findings.Where(f => Text(f, "status") != "ok").ShouldAllBe(f => !string.IsNullOrEmpty(Text(f, "hint")));
        if (fault.ExitCode == 2) return;
        string[] checks = ["mongodb", "catalogue", "key", "node 1", "node 2", "staging"];
        checks.ShouldBeSubsetOf(findings.Select(f => Text(f, "check")!));
    }

    private static string? Text(JsonElement finding, string name) => finding.GetProperty(name).GetString();

    private static void Occupied(CliWorkspace work)
    {
        if (Directory.Exists(work.PathOf("staging"))) Directory.Delete(work.PathOf("staging"), recursive: true);
        File.WriteAllText(work.PathOf("staging"), "");
    }
}
