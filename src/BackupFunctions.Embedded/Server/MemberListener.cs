using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Wire;

namespace BackupFunctions.Embedded.Server;

/// <summary>Accepts and serves the connections of one member, from its start to its stop.</summary>
internal sealed class MemberListener : IAsyncDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseAfterFailedAccept = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<long, Task> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpListener _listener;
    private readonly TlsHandshake? _tls;
    private readonly TimeProvider _time;
    private readonly ConnectionCounts _counts;
    private readonly Dispatcher _dispatcher;
    private readonly Task _accepting;
    private CancellationTokenSource _open = new();
    private int _disposed;

    /// <summary>Serves a listener that has been started; it is the member's from now on.</summary>
    public MemberListener(TcpListener listener, TlsHandshake? tls, TimeProvider time, ConnectionCounts counts, Dispatcher dispatcher)
    {
        (_listener, _tls, _time, _counts, _dispatcher) = (listener, tls, time, counts, dispatcher);
        _accepting = Accept();
    }

    /// <summary>Closes the connections there are, and goes on accepting others.</summary>
    public void CloseConnections() => _ = Interlocked.Exchange(ref _open, new CancellationTokenSource()).CancelAsync();

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
        _open.Dispose();
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
        var open = Volatile.Read(ref _open).Token;
        await Task.Yield(); // the loop accepts the next one
        try
        {
            using var owned = socket;
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(open, _stopping.Token);
            socket.NoDelay = true;
            var (stream, subject) = await Open(socket);
            await using var opened = stream;
            var peer = new PeerState { Address = socket.RemoteEndPoint as IPEndPoint, CertificateSubject = subject };
            var state = new ConnectionState { Id = id, Peer = peer };
            await new Connection(stream, state, _dispatcher).Run(ending.Token);
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
