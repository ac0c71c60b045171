using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace BackupFunctions.Tests.Ipfs.Kubo;

/// <summary>
/// A server on loopback that writes what a test tells it, byte by byte: broken answers are what it is for. One request per connection. Commands
/// without a script: <c>version</c> is Kubo's, nothing is pinned, all else is a 404.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Func<Exchange, Task>> _scripts;
    private readonly X509Certificate2? _certificate;
    private readonly Func<Exchange, Task> _otherwise;
    private readonly Task _accepting;
    private readonly ConcurrentBag<Task> _serving = [];

    public ScriptedServer(Dictionary<string, Func<Exchange, Task>> scripts, X509Certificate2? certificate = null, Func<Exchange, Task>? otherwise = null)
    {
        (_scripts, _certificate, _otherwise) = (scripts, certificate, otherwise ?? Default);
        _listener.Start();
        _accepting = Accept();
    }

    public Uri Url => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Every request in order of arrival.</summary>
    public ConcurrentQueue<Exchange> Asked { get; } = [];

    public IEnumerable<string> Commands => Asked.Select(e => e.Command);

    /// <summary>A server for one command; others are answered as without a script.</summary>
    public static ScriptedServer For(string command, Func<Exchange, Task> script) => new(new() { [command] = script });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_serving);
        _stop.Dispose();
    }

    /// <summary>Waits until all that was asked is served.</summary>
    public Task Served() => Task.WhenAll(_serving);

    private async Task Accept()
    {
        try
        {
            while (true) _serving.Add(Serve(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            // stopped
        }
    }

    private async Task Serve(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using Stream stream = _certificate is null ? client.GetStream() : new SslStream(client.GetStream());
                if (stream is SslStream tls) await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                var exchange = await Exchange.Read(client, stream, _stop.Token);
                if (exchange is null) return;
                Asked.Enqueue(exchange);
                await (_scripts.GetValueOrDefault(exchange.Command) ?? _otherwise)(exchange);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // the client went away, as it may
        }
    }

    private static Task Default(Exchange exchange) => exchange.Command switch
    {
        "version" => exchange.Json("""{"Version":"0.44.0","Commit":"","Repo":"18","System":"amd64/linux","Golang":"go1.26"}"""),
        "pin/ls" => exchange.Json("""{"Message":"path 'bafy' is not pinned","Code":0,"Type":"error"}""", 500),
        _ => exchange.Text("404 page not found", 404),
    };
}

/// <summary>One request, and what is written in answer.</summary>
internal sealed class Exchange
{
    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly CancellationToken _stopped;
    private byte[] _early = [];

    private Exchange(TcpClient client, Stream stream, CancellationToken stopped) => (_client, _stream, _stopped) = (client, stream, stopped);

    public string Command { get; private set; } = "";

    public string Query { get; private set; } = "";

    public string Head { get; private set; } = "";

    /// <summary>The body, without its chunks; null until it is read, and when it never ended.</summary>
    public byte[]? Body { get; private set; }

    public static async Task<Exchange?> Read(TcpClient client, Stream stream, CancellationToken stopped)
    {
        var bytes = new List<byte>();
        var buffer = new byte[4096];
        int end;
        while ((end = EndOfHead(bytes)) < 0)
        {
            var read = await stream.ReadAsync(buffer, stopped);
            if (read == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, read));
        }
        var head = Encoding.ASCII.GetString([.. bytes[..end]]);
        var target = head.Split(' ')[1].Replace("/api/v0/", "", StringComparison.Ordinal).Split('?', 2);
        return new(client, stream, stopped) { Head = head, Command = target[0], Query = target.ElementAtOrDefault(1) ?? "", _early = [.. bytes[end..]] };
    }

    /// <summary>Asks for the body, if the client waits for that, and reads it to its end.</summary>
    public async Task ReadBody()
    {
        await Continue();
        var bytes = new List<byte>(_early);
        var buffer = new byte[64 * 1024];
        while (!EndsWith(bytes, "\r\n0\r\n\r\n"u8))
        {
            var read = await _stream.ReadAsync(buffer, _stopped);
            if (read == 0) return;
            bytes.AddRange(buffer.AsSpan(0, read));
        }
        Body = Unchunk([.. bytes]);
    }

    /// <summary>Lets the client send its body, and reads this much of it.</summary>
    public async Task ReadSome(int count)
    {
        await Continue();
        await _stream.ReadAtLeastAsync(new byte[count], count, throwOnEndOfStream: false, _stopped);
    }

    /// <summary>Answers a whole body with its length.</summary>
    public Task Json(string body, int status = 200, string headers = "") => Whole(body, status, "Content-Type: application/json\r\n" + headers);

    /// <summary>Answers a raw block, as a gateway does.</summary>
    public async Task Bytes(byte[] body)
    {
        await Raw($"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.ipld.raw\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        await _stream.WriteAsync(body, _stopped);
    }

    /// <summary>Answers plain text, as Kubo does for 400, 403, 404 and 405.</summary>
    public Task Text(string body, int status, string headers = "") => Whole(body + "\n", status, "Content-Type: text/plain; charset=utf-8\r\n" + headers);

    /// <summary>Answers a body in chunks, with a trailer; without the last chunk when it is to look broken off.</summary>
    public async Task Chunked(string body, string? trailer = null, bool complete = true)
    {
        await StartChunks();
        await Chunk(body);
        if (complete) await Raw($"0\r\n{(trailer is null ? "" : $"X-Stream-Error: {trailer}\r\n")}\r\n");
    }

    public Task StartChunks() =>
        Raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Chunked-Output: 1\r\nTrailer: X-Stream-Error\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");

    public Task Chunk(string text) => Raw($"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n");

    public async Task Raw(string text)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text), _stopped);
        await _stream.FlushAsync(_stopped);
    }

    /// <summary>Says nothing until the server stops, or the client goes away.</summary>
    public async Task Hang()
    {
        var buffer = new byte[4096];
        while (await _stream.ReadAsync(buffer, _stopped) > 0)
        {
        }
    }

    /// <summary>Does nothing, and reads nothing, until the server stops.</summary>
    public Task Sleep() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stopped);

    /// <summary>Resets the connection.</summary>
    public void Reset()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    private async Task Whole(string body, int status, string headers) =>
        await Raw($"HTTP/1.1 {status} Status\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");

    private async Task Continue()
    {
        if (Head.Contains("100-continue", StringComparison.OrdinalIgnoreCase)) await Raw("HTTP/1.1 100 Continue\r\n\r\n");
    }

    private static int EndOfHead(List<byte> bytes)
    {
        for (var i = 3; i < bytes.Count; i++)
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') return i + 1;
        return -1;
    }

    private static bool EndsWith(List<byte> bytes, ReadOnlySpan<byte> end)
    {
        if (bytes.Count < end.Length) return false;
        for (var i = 0; i < end.Length; i++)
            if (bytes[bytes.Count - end.Length + i] != end[i]) return false;
        return true;
    }

    private static byte[] Unchunk(byte[] chunks)
    {
        var body = new List<byte>();
        for (var at = 0; ;)
        {
            var end = chunks.AsSpan(at).IndexOf("\r\n"u8) + at;
            var length = Convert.ToInt32(Encoding.ASCII.GetString(chunks, at, end - at), 16);
            if (length == 0) return [.. body];
            body.AddRange(chunks.AsSpan(end + 2, length));
            at = end + 2 + length + 2;
        }
    }
}
