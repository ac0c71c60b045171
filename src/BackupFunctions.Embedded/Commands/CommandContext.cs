using BackupFunctions.Embedded.Server;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>One command as it came over the wire.</summary>
internal sealed class CommandContext
{
    /// <summary>The <c>$db</c> field.</summary>
    public required string Database { get; init; }

    /// <summary>The first field's name, as the client wrote it.</summary>
    public required string Name { get; init; }

    /// <summary>The body: a raw document over the bytes received, so that nested documents keep theirs.</summary>
    public required RawBsonDocument Body { get; init; }

    /// <summary>
    /// Document sequences (OP_MSG kind 1) by identifier: <c>documents</c>, <c>updates</c>, <c>deletes</c>. A field that came in the body
    /// instead is not here; use <see cref="Sequence"/>, which looks in both places.
    /// </summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<RawBsonDocument>> Sequences { get; init; }

    /// <summary>State of the connection that sent it.</summary>
    public required ConnectionState Connection { get; init; }

    /// <summary>Cancelled when the connection or the server closes.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>What a reading command reads, by its read concern.</summary>
    public Catalog Catalog
    {
        get => field ?? throw new InvalidOperationException($"run {Name}: no catalog was chosen for it");
        set;
    }

    /// <summary>The cluster time of a snapshot read, or null.</summary>
    public BsonTimestamp? Snapshot { get; set; }

    /// <summary>The optime of what was read, or null for the member's newest.</summary>
    public BsonTimestamp? OperationTime { get; set; }

    /// <summary>The documents under this identifier, from a sequence or from an array in the body; empty when there are none.</summary>
    public IReadOnlyList<RawBsonDocument> Sequence(string identifier)
    {
        if (Sequences.TryGetValue(identifier, out var documents)) return documents;
        return Body.TryGetValue(identifier, out var value) && value is BsonArray array ? [.. array.Cast<RawBsonDocument>()] : [];
    }
}

/// <summary>What a connection knows about itself.</summary>
internal sealed class ConnectionState
{
    /// <summary>Number of the connection, from 1.</summary>
    public required long Id { get; init; }

    /// <summary>The authenticated user as <c>db.name</c>, or null.</summary>
    public string? User { get; set; }

    /// <summary>The other side: address, client certificate, authentication under way.</summary>
    public PeerState Peer { get; init; } = new();
}

/// <summary>Runs a command and gives the reply without <c>ok</c>, which the dispatcher adds; throws <see cref="CommandException"/>.</summary>
internal delegate ValueTask<BsonDocument> CommandHandler(CommandContext context);

/// <summary>An error as the server reports it: <c>{ok: 0, errmsg, code, codeName}</c>.</summary>
internal sealed class CommandException(int code, string codeName, string message, BsonDocument? extra = null) : Exception(message)
{
    /// <summary>The server's numeric error code.</summary>
    public int Code { get; } = code;

    /// <summary>The server's name for the code.</summary>
    public string CodeName { get; } = codeName;

    /// <summary>Further fields of the error reply, or null.</summary>
    public BsonDocument? Extra { get; } = extra;
}

/// <summary>The commands that the server knows, by name; names are looked up as written, as the server does.</summary>
internal sealed class CommandTable
{
    private readonly Dictionary<string, CommandHandler> _handlers = new(StringComparer.Ordinal);

    /// <summary>Adds a command; a name can be added once.</summary>
    public void Add(string name, CommandHandler handler) => _handlers.Add(name, handler);

    /// <summary>The handler of this name, or null.</summary>
    public CommandHandler? Find(string name) => _handlers.GetValueOrDefault(name);
}
