using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace BackupFunctions.Tests.Notifications.Receivers;

/// <summary>A mail server on loopback (RFC 5321, in the clear, with AUTH PLAIN), which can be down for a while.</summary>
internal sealed class SmtpReceiver : IDisposable
{
    private readonly ConcurrentQueue<MimeMessage> _mails = new();
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly CancellationTokenSource _stopping = new();
    private TcpListener? _listener;

    public SmtpReceiver() => Start();

    public int Port { get; private set; }

    /// <summary>The password that AUTH wants; null: it is not offered.</summary>
    public string? Password { get; init; }

    /// <summary>The answer to RCPT; null: it is taken.</summary>
    public string? Refusal { get; set; }

    public IReadOnlyList<MimeMessage> Mails => [.. _mails];

    /// <summary>All that clients said, but for the mails.</summary>
    public IReadOnlyList<string> Commands => [.. _commands];

    public void Start()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = Serve(_listener);
    }

    public void Stop() => _listener?.Dispose();

    public void Dispose()
    {
        _stopping.Cancel();
        Stop();
        _stopping.Dispose();
    }

    private async Task Serve(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(_stopping.Token);
                await Talk(client.GetStream(), _stopping.Token);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // it was stopped
        }
    }

    private async Task Talk(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = new StreamReader(stream, Encoding.Latin1);
            await using var writer = new StreamWriter(stream, Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("220 test");
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                _commands.Enqueue(line);
                var answer = line.Split(' ', ':')[0].ToUpperInvariant() switch
                {
                    "EHLO" => Password is null ? "250 test" : "250-test\r\n250 AUTH PLAIN",
                    "AUTH" => line.Split(' ') is [_, _, var given] && Encoding.UTF8.GetString(Convert.FromBase64String(given)).EndsWith($"\0{Password}", StringComparison.Ordinal) ? "235 ok" : "535 5.7.8 wrong",
                    "RCPT" => Refusal ?? "250 ok",
                    "DATA" => "354 go on",
                    "QUIT" => "221 bye",
                    "HELO" or "MAIL" or "RSET" or "NOOP" => "250 ok",
                    _ => "502 not here",
                };
                await writer.WriteLineAsync(answer);
                if (answer.StartsWith("221", StringComparison.Ordinal)) return;
                if (answer.StartsWith("354", StringComparison.Ordinal))
                {
                    await Take(reader, cancellationToken);
                    await writer.WriteLineAsync("250 taken");
                }
            }
        }
        catch (IOException)
        {
            // the client went
        }
    }

    private async Task Take(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(cancellationToken) is { } line && line != ".") text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(text.ToString()));
        _mails.Enqueue(await MimeMessage.LoadAsync(bytes, cancellationToken));
    }
}
