using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Ipfs.Kubo;

/// <summary>What is asked: the sentence for messages (<c>pin bafy… on</c>), the command, and its arguments.</summary>
internal sealed record KuboCall(string Action, string Command, params (string Name, string Value)[] Arguments)
{
    /// <summary>How long nothing may move; null: as long as the setting says.</summary>
    public TimeSpan? Patience { get; init; }
}

/// <summary>
/// Commands of <c>/api/v0</c> over HTTP 1.1, with the credentials of one node and connections of its own. Source: docs.ipfs.tech/reference/kubo/rpc.
/// Thread-safe.
/// </summary>
internal sealed class KuboRpc : IDisposable
{
    private const int MaxErrorBody = 64 * 1024;

    private readonly Uri _base;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly KuboHandlers _handlers;
    private readonly HttpClient _client;
    private readonly IRandomSource _random;
    private readonly TimeProvider _time;

    public KuboRpc(NodeSetting setting, KuboHandlers handlers, IRandomSource random, TimeProvider time)
    {
        (_handlers, _random, _time) = (handlers, random, time);
        _base = new Uri(setting.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/') + "/api/v0/");
        var redactor = new SecretRedactor();
        redactor.AddUri(setting.Url.OriginalString);
        if (setting.Token is { } token)
        {
            redactor.Add(token);
            _authorization = new("Bearer", token);
        }
        else if (setting.Url.UserInfo is { Length: > 0 } user)
        {
            var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(user)));
            redactor.Add(basic);
            _authorization = new("Basic", basic);
        }
        Failures = new(setting, redactor);
        Patience = setting.Timeout;
        _client = NewClient(handlers.Create());
    }

    /// <summary>Says what went wrong.</summary>
    public KuboFailures Failures { get; }

    /// <summary>How long nothing may move.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Asks, and reads the answer to its end.</summary>
    public async Task<T> Ask<T>(KuboCall call, Func<KuboAnswer, Task<T>> read, CancellationToken cancellationToken)
    {
        using var idle = new IdleTimeout(call.Patience ?? Patience, _time, cancellationToken);
        return await Send(_client, call, content: null, read, idle, cancellationToken);
    }

    /// <summary>
    /// Sends a CAR, which is opened once, and reads the answer to its end. An upload has a connection of its own, see <see cref="UploadConnection"/>.
    /// What is wrong with the CAR is thrown as it was.
    /// </summary>
    public async Task<ImportSummary> Upload(KuboCall call, OpenCar car, Func<KuboAnswer, ImportSummary, Task> read, CancellationToken cancellationToken)
    {
        using var idle = new IdleTimeout(call.Patience ?? Patience, _time, cancellationToken);
        using var content = new CarUpload(car, NewBoundary(), idle);
        var handler = _handlers.Create();
        handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new UploadConnection(context.PlaintextStream, content, idle));
        using var client = NewClient(handler);
        try
        {
            return await Send(client, call, content, async answer =>
            {
                await read(answer, content.Sent);
                return content.Sent;
            }, idle, cancellationToken);
        }
        catch (Exception) when (content.Failure is not null && !cancellationToken.IsCancellationRequested)
        {
            content.Failure.Throw();
            throw;
        }
    }

    public void Dispose() => _client.Dispose();

    private static HttpClient NewClient(SocketsHttpHandler handler) => new(handler) { Timeout = Timeout.InfiniteTimeSpan };

    private async Task<T> Send<T>(
        HttpClient client, KuboCall call, HttpContent? content, Func<KuboAnswer, Task<T>> read, IdleTimeout idle, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request(call, content);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, idle.Token);
            idle.Progress();
            await using var body = await response.Content.ReadAsStreamAsync(idle.Token);
            if (response.StatusCode != HttpStatusCode.OK) throw await Refusal(response, body, idle.Token);
            return await read(new(response, body, idle));
        }
        catch (NodeAnswerException e)
        {
            throw Failures.Answered(call.Action, e);
        }
        catch (JsonException e)
        {
            throw Failures.Strange(call.Action, "the answer is no JSON", e);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw idle.Expired ? Failures.Idle(call.Action, idle.Limit) : Failures.NotReached(call.Action, e);
        }
    }

    private HttpRequestMessage Request(KuboCall call, HttpContent? content)
    {
        var query = string.Join('&', call.Arguments.Select(a => $"{a.Name}={Uri.EscapeDataString(a.Value)}"));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_base, query.Length == 0 ? call.Command : $"{call.Command}?{query}")) { Content = content };
        request.Headers.Authorization = _authorization;
        // a node that refuses says so before the body is sent
        if (content is not null) request.Headers.ExpectContinue = true;
        return request;
    }

    private async Task<NodeAnswerException> Refusal(HttpResponseMessage response, Stream body, CancellationToken cancellationToken)
    {
        var bytes = new byte[MaxErrorBody];
        var length = 0;
        try
        {
            length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (IOException)
        {
            // the status says enough: a node that answers early may cut its own text
        }
        var text = (int)response.StatusCode is >= 300 and < 400 ? $"a redirect to {response.Headers.Location}" : KuboErrorText.Of(Encoding.UTF8.GetString(bytes, 0, length));
        var after = response.Headers.RetryAfter;
        var wait = after?.Delta ?? after?.Date - _time.GetUtcNow();
        return new(response.StatusCode, text, wait < TimeSpan.Zero ? TimeSpan.Zero : wait);
    }

    private string NewBoundary()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.Fill(bytes);
        return $"backupfunctions-{Convert.ToHexStringLower(bytes)}";
    }
}
