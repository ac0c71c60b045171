using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Tests.Configuration;

/// <summary>Settings for tests: everything that a backup needs, changed by <c>NAME=value</c> (<c>NAME=</c> takes one away).</summary>
internal static class TestSettings
{
    public const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    public const string Password = "pa55word-of-ada";
    public const string Token = "token-1234567890";

    public static Dictionary<string, string> Complete(params IEnumerable<string> changes)
    {
        var values = new Dictionary<string, string>
        {
            ["HOME"] = "/home/ada",
            ["MONGODB_URI"] = $"mongodb://ada:{Password}@db1.example.com:27017/?replicaSet=rs0",
            ["BACKUP_ENCRYPTION_KEY"] = Key,
            ["IPFS_NODE_1_URL"] = "file:///vaults/one",
            ["IPFS_NODE_2_URL"] = "http://127.0.0.1:5001",
            ["IPFS_NODE_2_TOKEN"] = Token,
            ["BACKUP_PARALLELISM"] = "2",
        };
        foreach (var change in changes)
        {
            var parts = change.Split('=', 2);
            if (parts[1].Length == 0) values.Remove(parts[0]);
            else values[parts[0]] = parts[1];
        }
        return values;
    }

    public static SettingsSource Source(params IEnumerable<string> changes) =>
        new(Complete(changes), new Dictionary<string, string>(), Path.GetTempPath(), new DiskFiles());
}
