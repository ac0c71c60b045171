using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Replication;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>
/// Finds a command's handler, asks for a login where one is needed, and finishes the reply: ok or the error, and the cluster's time.
/// </summary>
internal sealed class Dispatcher(CommandTable commands, Store store, Member member, bool authenticationRequired, Action<string>? onCommand = null)
{
    private const int MaxDatabaseBytes = 63;

    private static readonly FrozenDictionary<string, IReadOnlyList<RawBsonDocument>> NoSequences =
        FrozenDictionary<string, IReadOnlyList<RawBsonDocument>>.Empty;

    private static readonly SearchValues<char> NotInDatabaseNames = SearchValues.Create("/\\. \"$\0");

    private static readonly FrozenSet<string> OpenToAll = FrozenSet.Create(
        StringComparer.Ordinal,
        "hello", "isMaster", "ismaster", "ping", "buildInfo", "buildinfo", "connectionStatus", "whatsmyuri", "saslStart", "saslContinue",
        "authenticate", "logout");

    // a driver may not know of OP_MSG before it has logged in; the server takes these for the same reason
    private static readonly FrozenSet<string> OpenToLegacyQueries = FrozenSet.Create(
        StringComparer.Ordinal, "hello", "isMaster", "ismaster", "buildInfo", "buildinfo", "saslStart", "saslContinue", "authenticate");

    /// <summary>Whether this connection still has to log in before it may do anything of weight.</summary>
    public bool AwaitsLogin(ConnectionState connection) => authenticationRequired && connection.User is null;

    /// <summary>Runs a command; every failure of it is in the reply.</summary>
    /// <param name="body">The command.</param>
    /// <param name="sequences">Document sequences that came with it.</param>
    /// <param name="connection">Who sent it.</param>
    /// <param name="cancellation">Cancelled when nobody waits for the reply any more.</param>
    /// <exception cref="OperationCanceledException">The connection or the server closes.</exception>
    public ValueTask<BsonDocument> Run(
        RawBsonDocument body,
        IReadOnlyDictionary<string, IReadOnlyList<RawBsonDocument>> sequences,
        ConnectionState connection,
        CancellationToken cancellation) => Answer(
            () =>
            {
                var database = body.TryGetValue("$db", out var value) && value.IsString ? value.AsString : throw ServerErrors.NoDatabase();
                return Handle(Context(database, body, sequences, connection, cancellation));
            },
            cancellation);

    /// <summary>Runs a command of the handshake that came as a legacy query; other commands are refused.</summary>
    public ValueTask<BsonDocument> RunLegacy(
        string database, RawBsonDocument body, ConnectionState connection, CancellationToken cancellation) => Answer(
            () =>
            {
                var context = Context(database, body, NoSequences, connection, cancellation);
                return OpenToLegacyQueries.Contains(context.Name) ? Handle(context) : throw ServerErrors.UnsupportedOpQuery(context.Name);
            },
            cancellation);

    /// <summary>The reply that reports this error.</summary>
    public BsonDocument Refuse(CommandException error)
    {
        var reply = new BsonDocument { { "ok", 0.0 }, { "errmsg", error.Message }, { "code", error.Code }, { "codeName", error.CodeName } };
        if (error.Extra is { } extra) reply.Merge(extra);
        return AddTimes(reply);
    }

    private static CommandContext Context(
        string database,
        RawBsonDocument body,
        IReadOnlyDictionary<string, IReadOnlyList<RawBsonDocument>> sequences,
        ConnectionState connection,
        CancellationToken cancellation) => new()
        {
            Database = database,
            Name = body.Names.FirstOrDefault() ?? string.Empty,
            Body = body,
            Sequences = sequences,
            Connection = connection,
            Cancellation = cancellation,
        };

    private async ValueTask<BsonDocument> Answer(Func<ValueTask<BsonDocument>> command, CancellationToken cancellation)
    {
        try
        {
            var reply = await command();
            if (!reply.Contains("ok")) reply.Add("ok", 1.0);
            return AddTimes(reply);
        }
        catch (CommandException e)
        {
            return Refuse(e);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return Refuse(ServerErrors.InvalidBson(e.Message));
        }
        catch (InvalidCastException e)
        {
            return Refuse(ServerErrors.TypeMismatch(e.Message));
        }
        catch (Exception e)
        {
            // one command's bug must not take the connection, and with it the driver's view of the server, down: it is told to the client
            return Refuse(ServerErrors.InternalError($"{e.GetType().Name}: {e.Message}"));
        }
    }

    private async ValueTask<BsonDocument> Handle(CommandContext context)
    {
        if (!IsDatabaseName(context.Database)) throw ServerErrors.InvalidDatabase(context.Database);
        var handler = commands.Find(context.Name) ?? throw ServerErrors.NoSuchCommand(context.Name);
        if (AwaitsLogin(context.Connection) && !OpenToAll.Contains(context.Name))
            throw ServerErrors.Unauthorized($"Command {context.Name} requires authentication");
        // run outside of a transaction it would take effect even if the client aborts
        if (context.Body.Contains("autocommit") && !TransactionGate.Allows(context.Name)) throw ServerErrors.NotInTransaction(context.Name);
        MemberGate.Check(member, context);
        onCommand?.Invoke(context.Name);
        var reply = await handler(context);
        await WriteConcernWait.After(member, context, reply);
        if (context.OperationTime is { } read) reply["operationTime"] = read;
        return reply;
    }

    private BsonDocument AddTimes(BsonDocument reply)
    {
        var unsigned = new BsonDocument { { "hash", new BsonBinaryData(new byte[20]) }, { "keyId", 0L } };
        reply["$clusterTime"] = new BsonDocument { { "clusterTime", store.ClusterTime }, { "signature", unsigned } };
        if (!reply.Contains("operationTime")) reply.Add("operationTime", member.Applied.Optime);
        return reply;
    }

    private static bool IsDatabaseName(string name) =>
        name == Auth.EmbeddedUser.ExternalDatabase
        || (name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= MaxDatabaseBytes && name.AsSpan().IndexOfAny(NotInDatabaseNames) < 0);
}
