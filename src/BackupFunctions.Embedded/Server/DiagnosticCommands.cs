using System.Runtime.InteropServices;
using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>What tools ask of any server: ping, buildInfo, serverStatus, hostInfo, getCmdLineOpts, getLog, whatsmyuri.</summary>
internal sealed class DiagnosticCommands(ServerIdentity server, ConnectionCounts connections)
{
    private const string StorageEngine = "embedded";

    /// <summary>Adds the commands.</summary>
    public void Register(CommandTable commands)
    {
        commands.Add("ping", _ => ValueTask.FromResult(new BsonDocument()));
        commands.Add("buildInfo", _ => ValueTask.FromResult(BuildInfo()));
        commands.Add("buildinfo", _ => ValueTask.FromResult(BuildInfo()));
        commands.Add("serverStatus", _ => ValueTask.FromResult(ServerStatus()));
        commands.Add("hostInfo", _ => ValueTask.FromResult(HostInfo()));
        commands.Add("whatsmyuri", c => ValueTask.FromResult(new BsonDocument("you", c.Connection.Peer.Address?.ToString() ?? string.Empty)));
        commands.AddAdmin("getCmdLineOpts", _ => ValueTask.FromResult(CommandLine()));
        commands.AddAdmin("getLog", _ => ValueTask.FromResult(new BsonDocument { { "totalLinesWritten", 0 }, { "log", new BsonArray() } }));
    }

    private BsonDocument BuildInfo() => new()
    {
        { "version", server.Version.ToString(3) },
        { "gitVersion", "none" },
        { "modules", new BsonArray { "backupfunctions-embedded" } },
        { "allocator", "dotnet" },
        { "javascriptEngine", "none" },
        { "sysInfo", "deprecated" },
        { "versionArray", new BsonArray { server.Version.Major, server.Version.Minor, server.Version.Build, 0 } },
        { "bits", 64 },
        { "debug", false },
        { "maxBsonObjectSize", 16 * 1024 * 1024 },
        { "storageEngines", new BsonArray { StorageEngine } },
    };

    private BsonDocument ServerStatus() => new()
    {
        { "host", server.Member.Name },
        { "version", server.Version.ToString(3) },
        { "process", "backupfunctions-embedded" },
        { "pid", (long)Environment.ProcessId },
        { "uptime", server.Uptime.TotalSeconds },
        { "uptimeMillis", (long)server.Uptime.TotalMilliseconds },
        { "localTime", server.Now },
        { "connections", new BsonDocument { { "current", connections.Current }, { "totalCreated", connections.Total } } },
        {
            "repl", new BsonDocument
            {
                { "setName", server.Options.ReplicaSet },
                { "setVersion", 1 },
                { "isWritablePrimary", server.Member.IsPrimary },
                { "secondary", !server.Member.IsPrimary },
                { "primary", server.Set.Primary?.Name ?? string.Empty },
                { "hosts", server.Hosts },
                { "me", server.Member.Name },
                { "rbid", server.Member.RollbackId },
            }
        },
        {
            "storageEngine", new BsonDocument
            {
                { "name", StorageEngine },
                { "supportsCommittedReads", true },
                { "persistent", false },
            }
        },
    };

    private BsonDocument HostInfo() => new()
    {
        {
            "system", new BsonDocument
            {
                { "currentTime", server.Now },
                { "hostname", Environment.MachineName },
                { "cpuAddrSize", Environment.Is64BitProcess ? 64 : 32 },
                { "memSizeMB", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024) },
                { "numCores", Environment.ProcessorCount },
                { "cpuArch", RuntimeInformation.OSArchitecture.ToString() },
            }
        },
        { "os", new BsonDocument { { "type", Environment.OSVersion.Platform.ToString() }, { "name", RuntimeInformation.OSDescription } } },
        { "extra", new BsonDocument() },
    };

    private BsonDocument CommandLine()
    {
        var net = new BsonDocument { { "bindIp", server.Options.Address.ToString() }, { "port", server.Port } };
        if (server.Options.Tls is not null) net.Add("tls", new BsonDocument("mode", "requireTLS"));
        return new BsonDocument
        {
            { "argv", new BsonArray { "backupfunctions-embedded" } },
            {
                "parsed", new BsonDocument
                {
                    { "net", net },
                    { "replication", new BsonDocument("replSet", server.Options.ReplicaSet) },
                    { "security", new BsonDocument("authorization", server.Options.Users.Count > 0 ? "enabled" : "disabled") },
                }
            },
        };
    }
}
