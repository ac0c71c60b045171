using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Users;
using BackupFunctions.Embedded.Wire;

namespace BackupFunctions.Embedded.Server;

/// <summary>
/// A server in this process that drivers and tools of MongoDB connect to as to a replica set of one member. For demonstrations and tests: it is
/// no database, and nothing about MongoDB is proven by it alone.
/// </summary>
public sealed class EmbeddedMongoServer : IAsyncDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseAfterFailedAccept = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<long, Task> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConnectionCounts _counts = new();
    private readonly TcpListener _listener;
    private readonly TlsHandshake? _tls;
    private readonly TimeProvider _time;
    private readonly Dispatcher _dispatcher;
    private readonly Task _accepting;
    private int _disposed;

    private EmbeddedMongoServer(EmbeddedMongoOptions options, TcpListener listener, IOptimeSource optimes, Action<CommandTable>? registerMore)
    {
        _listener = listener;
        _time = options.Time;
        _tls = options.Tls is { } tls ? new TlsHandshake(tls) : null;
        var users = new UserDirectory(options.Users, optimes as IUserSource);
        _listener.Start();

        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        var server = new ServerIdentity(options, Port, optimes);
        ConnectionString = $"mongodb://{server.Member}/?replicaSet={Uri.EscapeDataString(options.ReplicaSet)}";
        if (_tls is not null) ConnectionString += "&tls=true";
        _dispatcher = new Dispatcher(Commands(server, users, registerMore), optimes, users.Any);
        _accepting = Accept();
    }

    /// <summary>The TCP port that it listens on.</summary>
    public int Port { get; }

    /// <summary><c>mongodb://host:port/?replicaSet=name</c>, with <c>tls=true</c> when it speaks TLS; without credentials.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts to listen; connections are served when this returns.</summary>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="SocketException">The address or port cannot be had.</exception>
    public static Task<EmbeddedMongoServer> Start(EmbeddedMongoOptions options, CancellationToken cancellation = default)
    {
        var store = new Store(options.Time)
        {
            MaxTransactionEntryBytes = options.MaxTransactionEntryBytes,
            VectoredInserts = options.VectoredInserts ?? options.ServerVersion.Major >= 8,
        };
        foreach (var seed in options.Seeds) store.AddSeed(seed);
        return Start(options, store, table => StoreCommands.Register(table, store), cancellation);
    }

    /// <summary>Starts with these commands beside its own; <paramref name="optimes"/> says how far they have written.</summary>
    internal static Task<EmbeddedMongoServer> Start(
        EmbeddedMongoOptions options, IOptimeSource optimes, Action<CommandTable>? registerMore, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var listener = new TcpListener(options.Address, options.Port);
        try
        {
            return Task.FromResult(new EmbeddedMongoServer(options, listener, optimes, registerMore));
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Stops listening, cancels running commands and closes all connections. May be called twice.</summary>
    /// <exception cref="Exception">A connection ended by an error of the server itself, and not by the client or the network.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _stopping.Dispose();
    }

    private CommandTable Commands(ServerIdentity server, UserDirectory users, Action<CommandTable>? registerMore)
    {
        var commands = new CommandTable();
        var authenticator = new Authenticator(users);
        authenticator.Register(commands);
        new HelloCommands(server, authenticator).Register(commands);
        new ReplicaSetCommands(server).Register(commands);
        new ParameterCommands(server.Version).Register(commands);
        new DiagnosticCommands(server, _counts).Register(commands);
        new ConnectionStatusCommand(users).Register(commands);
        registerMore?.Invoke(commands);
        SessionCommands.Register(commands);
        return commands;
    }

    private async Task Accept()
    {
        await Task.Yield(); // the constructor goes on
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                var id = _counts.Open();
                var connection = Serve(socket, id);
                _connections[id] = connection;
                _ = ForgetWhenDone(id, connection);
            }
            catch (SocketException)
            {
                // the client was gone again, or the process is out of sockets
                await Task.Delay(PauseAfterFailedAccept, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ForgetWhenDone(long id, Task connection)
    {
        await connection.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connection.IsCompletedSuccessfully) _connections.TryRemove(id, out _); // else DisposeAsync tells
    }

    private async Task Serve(Socket socket, long id)
    {
        await Task.Yield(); // the loop accepts the next one
        try
        {
            using var owned = socket;
            socket.NoDelay = true;
            var (stream, subject) = await Open(socket);
            await using var opened = stream;
            var peer = new PeerState { Address = socket.RemoteEndPoint as IPEndPoint, CertificateSubject = subject };
            var state = new ConnectionState { Id = id, Peer = peer };
            await new Connection(stream, state, _dispatcher).Run(_stopping.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or WireException or OperationCanceledException)
        {
            // how connections end that the client or the network breaks, or that outlive the server
        }
        finally
        {
            _counts.Close();
        }
    }

    private async Task<(Stream Stream, string? Subject)> Open(Socket socket)
    {
        var plain = new NetworkStream(socket, ownsSocket: false);
        if (_tls is null) return (plain, null);
        using var timeout = new CancellationTokenSource(HandshakeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        return await _tls.Run(plain, either.Token);
    }
}
