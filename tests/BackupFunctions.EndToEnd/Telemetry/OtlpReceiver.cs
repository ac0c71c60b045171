using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BackupFunctions.EndToEnd.Telemetry;

/// <summary>Takes what is sent by OTLP over HTTP, and keeps it as it came.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Path, string? Authorization, string Body)> _received = [];

    public OtlpReceiver()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        _listener.Prefixes.Add($"{Address}/");
        _listener.Start();
        _ = Task.Run(Receive);
    }

    public string Address { get; }

    /// <summary>What came for a signal, such as <c>traces</c>; texts in it stand as they are.</summary>
    public string Of(string signal) => string.Concat(_received.Where(r => r.Path == $"/v1/{signal}").Select(r => r.Body));

    public IEnumerable<string?> Authorizations => _received.Select(r => r.Authorization);

    public void Dispose() => _listener.Close();

    private async Task Receive()
    {
        try
        {
            while (true)
            {
                var http = await _listener.GetContextAsync();
                using var reader = new StreamReader(http.Request.InputStream, Encoding.Latin1);
                _received.Enqueue((http.Request.Url!.AbsolutePath, http.Request.Headers["authorization"], await reader.ReadToEndAsync()));
                http.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // closed
        }
    }
}
