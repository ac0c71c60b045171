using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace BackupFunctions.Tests.Notifications.Receivers;

/// <summary>A web server on loopback that takes what is posted to its path, and can be down for a while.</summary>
internal sealed class WebhookReceiver : IDisposable
{
    public const string Path = "/services/T0001/B0002/s3cret-of-the-hook";

    private readonly ConcurrentQueue<string> _bodies = new();
    private readonly int _port;
    private HttpListener? _listener;

    public WebhookReceiver()
    {
        for (var attempt = 1; _listener is null; attempt++)
        {
            _port = FreePort();
            try
            {
                Start();
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                // somebody else was faster
            }
        }
    }

    /// <summary>What is answered.</summary>
    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

    /// <summary>What is answered to the next requests, before <see cref="Status"/> is.</summary>
    public ConcurrentQueue<HttpStatusCode> Next { get; } = new();

    /// <summary>The text of the answer.</summary>
    public string Answer { get; set; } = "ok";

    /// <summary>Where a redirect leads.</summary>
    public string? Location { get; set; }

    public int Requests { get; private set; }

    public Uri Url => new($"http://127.0.0.1:{_port}{Path}");

    /// <summary>What was taken, in order.</summary>
    public IReadOnlyList<string> Bodies => [.. _bodies];

    public IReadOnlyList<JsonElement> Messages => [.. _bodies.Select(b => JsonElement.Parse(b))];

    /// <summary>Event and status of each message of the generic format.</summary>
    public string Told => string.Join(' ', Messages.Select(m => $"{m.GetProperty("event").GetString()}:{m.GetProperty("status").GetString()}"));

    /// <summary>Nobody listens any more.</summary>
    public void Stop()
    {
        _listener?.Close();
        _listener = null;
    }

    public void Start()
    {
        var listener = new HttpListener();
        listener.Prefixes.Add($"http://127.0.0.1:{_port}/");
        listener.Start();
        _listener = listener;
        _ = Serve(listener);
    }

    public void Dispose() => Stop();

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task Serve(HttpListener listener)
    {
        try
        {
            while (listener.IsListening)
            {
                var context = await listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                var body = await reader.ReadToEndAsync();
                Requests++;
                var status = Next.TryDequeue(out var next) ? next : Status;
                if ((int)status < 300 && context.Request.Url!.AbsolutePath == Path && context.Request.HttpMethod == "POST") _bodies.Enqueue(body);
                context.Response.StatusCode = (int)status;
                if (Location is not null) context.Response.RedirectLocation = Location;
                context.Response.Close(System.Text.Encoding.UTF8.GetBytes(Answer), willBlock: true);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // it was stopped
        }
    }
}
