using System.Net;
using System.Net.Sockets;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Replication;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Server;

/// <summary>
/// A server in this process that drivers and tools of MongoDB connect to as to a replica set of one to three members. For demonstrations and
/// tests: it is no database, and nothing about MongoDB is proven by it alone.
/// </summary>
public sealed class EmbeddedMongoServer : IAsyncDisposable
{
    private readonly EmbeddedMongoOptions _options;
    private readonly Store _store;
    private readonly UserDirectory _users;
    private readonly TlsHandshake? _tls;
    private readonly Action<CommandTable>? _registerMore;
    private readonly ParameterCommands _parameters;
    private readonly int[] _ports;
    private readonly MemberListener?[] _listeners;
    private readonly NoopWriter? _noops;

    private EmbeddedMongoServer(EmbeddedMongoOptions options, Action<CommandTable>? registerMore)
    {
        if (options.Members is < 1 or > 3) throw new ArgumentException($"a replica set of {options.Members} members is not within 1 and 3", nameof(options));
        var time = new ShiftedTime(options.Time);
        (_options, _registerMore) = (options, registerMore);
        _tls = options.Tls is { } tls ? new TlsHandshake(tls) : null;
        _store = new Store(time, options.OplogBytes, options.Members, options.HistoryBytes)
        {
            MaxTransactionEntryBytes = options.MaxTransactionEntryBytes,
            VectoredInserts = options.VectoredInserts ?? options.ServerVersion.Major >= 8,
        };
        _users = new UserDirectory(options.Users, _store);
        foreach (var seed in options.Seeds) _store.AddSeed(seed);
        _parameters = new ParameterCommands(options.ServerVersion, _store.History, _users);

        var sockets = Bind(options);
        _ports = [.. sockets.Select(s => ((IPEndPoint)s.LocalEndpoint).Port)];
        foreach (var member in _store.Replication.Members) member.Name = AddressOfMember.Of(options, _ports[member.Index]);
        _listeners = [.. sockets.Select((socket, i) => Serve(_store.Replication.Members[i], socket))];
        var hosts = string.Join(',', _store.Replication.Members.Select(m => m.Name));
        ConnectionString = $"mongodb://{hosts}/?replicaSet={Uri.EscapeDataString(options.ReplicaSet)}";
        if (_tls is not null) ConnectionString += "&tls=true";
        Controls = new TestControls(_store, time, StopListening, StartListening);
        if (options.NoopInterval is { } interval) _noops = new NoopWriter(_store, interval);
    }

    /// <summary>The TCP port that the first member listens on.</summary>
    public int Port => _ports[0];

    /// <summary>
    /// <c>mongodb://host:port,host:port/?replicaSet=name</c>, with <c>tls=true</c> when it speaks TLS; without credentials.
    /// </summary>
    public string ConnectionString { get; }

    /// <summary>Makes happen what a test wants to see survived: elections, lag, rollbacks, jumps of the clock, a short oplog.</summary>
    public TestControls Controls { get; }

    /// <summary>Starts to listen; connections are served when this returns.</summary>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="SocketException">The address or port cannot be had.</exception>
    public static Task<EmbeddedMongoServer> Start(EmbeddedMongoOptions options, CancellationToken cancellation = default) =>
        Start(options, registerMore: null, cancellation);

    /// <summary>Starts with these commands beside its own.</summary>
    internal static Task<EmbeddedMongoServer> Start(
        EmbeddedMongoOptions options, Action<CommandTable>? registerMore, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(new EmbeddedMongoServer(options, registerMore));
    }

    /// <summary>Stops listening, cancels running commands and closes all connections. May be called twice.</summary>
    /// <exception cref="Exception">A connection ended by an error of the server itself, and not by the client or the network.</exception>
    public async ValueTask DisposeAsync()
    {
        if (_noops is not null) await _noops.DisposeAsync();
        foreach (var listener in _listeners)
        {
            if (listener is not null) await listener.DisposeAsync();
        }
    }

    private static List<TcpListener> Bind(EmbeddedMongoOptions options)
    {
        var sockets = new List<TcpListener>();
        try
        {
            for (var i = 0; i < options.Members; i++)
            {
                var socket = new TcpListener(options.Address, options.Port == 0 ? 0 : options.Port + i);
                sockets.Add(socket);
                socket.Start();
            }
            return sockets;
        }
        catch
        {
            sockets.ForEach(s => s.Dispose());
            throw;
        }
    }

    private MemberListener Serve(Member member, TcpListener socket)
    {
        var counts = new ConnectionCounts();
        var server = new ServerIdentity(_options, _ports[member.Index], member);
        var dispatcher = new Dispatcher(Commands(server, counts), _store, member, _users.Any, _options.OnCommand);
        var listener = new MemberListener(socket, _tls, _store.Time, counts, dispatcher);
        member.OnInterrupt(listener.CloseConnections);
        return listener;
    }

    private CommandTable Commands(ServerIdentity server, ConnectionCounts counts)
    {
        var commands = new CommandTable();
        var authenticator = new Authenticator(_users);
        authenticator.Register(commands);
        new HelloCommands(server, authenticator).Register(commands);
        new ReplicaSetCommands(server, _store).Register(commands);
        _parameters.Register(commands);
        new DiagnosticCommands(server, counts).Register(commands);
        new ConnectionStatusCommand(_users).Register(commands);
        SessionCommands.Register(commands);
        StoreCommands.Register(commands, _store, server.Member);
        _registerMore?.Invoke(commands);
        return commands;
    }

    private async Task StopListening(Member member)
    {
        if (Interlocked.Exchange(ref _listeners[member.Index], null) is { } listener) await listener.DisposeAsync();
    }

    private void StartListening(Member member)
    {
        var socket = new TcpListener(_options.Address, _ports[member.Index]);
        socket.Start();
        _listeners[member.Index] = Serve(member, socket);
    }
}
