using MongoDB.Bson;

namespace BackupFunctions.Embedded.Auth;

/// <summary>
/// What the server's built-in roles allow, as connectionStatus reports it with <c>showPrivileges</c>: the actions that backing up and
/// restoring ask for, not the server's whole list. A role that is not here is reported without privileges.
/// </summary>
internal static class RolePrivileges
{
    private static readonly string[] Read =
        ["changeStream", "collStats", "dbHash", "dbStats", "find", "killCursors", "listCollections", "listIndexes", "planCacheRead"];

    private static readonly string[] Write =
    [
        "convertToCapped", "createCollection", "createIndex", "dropCollection", "dropIndex", "insert", "remove", "renameCollectionSameDB",
        "update",
    ];

    private static readonly string[] Administer =
    [
        "bypassDocumentValidation", "collMod", "createRole", "createUser", "dropDatabase", "dropRole", "dropUser", "grantRole", "revokeRole",
        "viewRole", "viewUser",
    ];

    private static readonly string[] Monitor =
        ["getCmdLineOpts", "getParameter", "hostInfo", "listDatabases", "replSetGetConfig", "replSetGetStatus", "serverStatus"];

    /// <summary>The privileges of this role: documents of <c>resource</c> and <c>actions</c>.</summary>
    public static IEnumerable<BsonDocument> Of(EmbeddedRole role) => role.Role switch
    {
        "read" => [On(role.Database, Read)],
        "readWrite" => [On(role.Database, Read, Write)],
        "readAnyDatabase" => [On(string.Empty, Read), OnCluster("listDatabases")],
        "readWriteAnyDatabase" => [On(string.Empty, Read, Write), OnCluster("listDatabases")],
        "dbOwner" => [On(role.Database, Read, Write, Administer)],
        "clusterMonitor" => [OnCluster(Monitor), On("local", Read), On("config", Read)],
        "backup" =>
        [
            On(string.Empty, Read), On("local", Read), On("config", Read), On("admin", Read),
            OnCluster("appendOplogNote", "getParameter", "listDatabases", "serverStatus", "setUserWriteBlockMode"),
        ],
        "restore" =>
        [
            On(string.Empty, Write, Administer, ["collStats", "listCollections", "listIndexes"]),
            OnCluster("getParameter", "listDatabases", "setUserWriteBlockMode"),
        ],
        "root" =>
        [
            On(string.Empty, Read, Write, Administer), On("local", Read), On("config", Read, Write), On("admin", Read, Write, Administer),
            OnCluster([.. Monitor, "appendOplogNote", "applyOps", "setParameter", "setUserWriteBlockMode"]),
        ],
        "__system" => [new BsonDocument { { "resource", new BsonDocument("anyResource", true) }, { "actions", new BsonArray { "anyAction" } } }],
        _ => [],
    };

    private static BsonDocument On(string database, params IReadOnlyList<string[]> actions) => new()
    {
        { "resource", new BsonDocument { { "db", database }, { "collection", string.Empty } } },
        { "actions", new BsonArray(actions.SelectMany(group => group).Distinct().Order(StringComparer.Ordinal)) },
    };

    private static BsonDocument OnCluster(params IReadOnlyList<string> actions) => new()
    {
        { "resource", new BsonDocument("cluster", true) },
        { "actions", new BsonArray(actions.Order(StringComparer.Ordinal)) },
    };
}
