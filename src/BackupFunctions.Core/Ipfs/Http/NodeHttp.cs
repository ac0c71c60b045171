using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Ipfs.Http;

/// <summary>What is asked: the sentence for messages (<c>pin bafy… on</c>), the path below that of the API, and its arguments.</summary>
internal sealed record NodeCall(string Action, string Path, params (string Name, string Value)[] Arguments)
{
    /// <summary>The method; that of Kubo's RPC when it is not said.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Post;

    /// <summary>The type of answer that is asked for; null: whatever comes.</summary>
    public string? Accept { get; init; }

    /// <summary>How long nothing may move; null: as long as the setting says.</summary>
    public TimeSpan? Patience { get; init; }
}

/// <summary>
/// An API of one node over HTTP 1.1, with the credentials of the node and connections of its own. Thread-safe.
/// </summary>
internal sealed class NodeHttp : IDisposable
{
    private const int MaxErrorBody = 64 * 1024;

    private readonly Uri _base;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly NodeHandlers _handlers;
    private readonly HttpClient _client;
    private readonly IRandomSource _random;
    private readonly TimeProvider _time;

    public NodeHttp(NodeApi api, NodeSetting setting, NodeHandlers handlers, IRandomSource random, TimeProvider time)
    {
        (_handlers, _random, _time) = (handlers, random, time);
        _base = new Uri(setting.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/') + api.Path);
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
        Failures = new(api, setting, redactor);
        Patience = setting.Timeout;
        _client = NewClient(handlers.Create(api.FollowsRedirects));
    }

    /// <summary>Says what went wrong.</summary>
    public NodeFailures Failures { get; }

    /// <summary>How long nothing may move.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Asks, and reads the answer to its end.</summary>
    public async Task<T> Ask<T>(NodeCall call, Func<NodeAnswer, Task<T>> read, CancellationToken cancellationToken)
    {
        using var idle = new IdleTimeout(call.Patience ?? Patience, _time, cancellationToken);
        return await Send(_client, call, content: null, read, idle, cancellationToken);
    }

    /// <summary>
    /// Sends a CAR, which is opened once, and reads the answer to its end. An upload has a connection of its own, see <see cref="UploadConnection"/>.
    /// What is wrong with the CAR is thrown as it was. In the place of a CAR without blocks goes one with this block, where the node cannot take an empty one.
    /// </summary>
    public async Task<ImportSummary> Upload(
        NodeCall call, UploadedCar car, Func<NodeAnswer, ImportSummary, Task> read, CancellationToken cancellationToken, Block? inPlaceOfNone = null)
    {
        using var idle = new IdleTimeout(call.Patience ?? Patience, _time, cancellationToken);
        using var content = new CarUpload(car, NewBoundary(), idle) { InPlaceOfNone = inPlaceOfNone };
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
        HttpClient client, NodeCall call, HttpContent? content, Func<NodeAnswer, Task<T>> read, IdleTimeout idle, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request(call, content);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, idle.Token);
            idle.Progress();
            await using var body = await response.Content.ReadAsStreamAsync(idle.Token);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NoContent)) throw await Refusal(response, body, idle.Token);
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

    private HttpRequestMessage Request(NodeCall call, HttpContent? content)
    {
        var query = string.Join('&', call.Arguments.Select(a => $"{a.Name}={Uri.EscapeDataString(a.Value)}"));
        var request = new HttpRequestMessage(call.Method, new Uri(_base, query.Length == 0 ? call.Path : $"{call.Path}?{query}")) { Content = content };
        request.Headers.Authorization = _authorization;
        if (call.Accept is { } type) request.Headers.Accept.Add(new(type));
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
        var text = (int)response.StatusCode is >= 300 and < 400 ? $"a redirect to {response.Headers.Location}" : NodeErrorText.Of(Encoding.UTF8.GetString(bytes, 0, length));
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
