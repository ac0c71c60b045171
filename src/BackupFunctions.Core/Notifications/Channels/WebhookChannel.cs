using System.Net;
using System.Net.Http.Headers;
using System.Text;
using BackupFunctions.Configuration;
using Polly;

namespace BackupFunctions.Notifications.Channels;

/// <summary>Posts messages as JSON to one address, which is a secret as a whole: errors name its host. Redirects are not followed.</summary>
internal sealed class WebhookChannel : IAlertChannel, IDisposable
{
    private const string Setting = SettingNames.WebhookUrl;
    private const int MaxAnswer = 512;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    private readonly WebhookSetting _setting;
    private readonly SecretRedactor _redactor = new();
    private readonly ResiliencePipeline _retry;
    private readonly HttpClient _client;

    public WebhookChannel(WebhookSetting setting, TimeProvider time)
    {
        _setting = setting;
        _redactor.AddSecret(setting.Url.OriginalString);
        _redactor.AddSecret(setting.Url.AbsoluteUri);
        _retry = ChannelRetry.Create(time, e => e is HttpRequestException { HttpRequestError: not HttpRequestError.SecureConnectionError } or IOException or TaskCanceledException or TransientAnswerException);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = s_timeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        _client = new(handler) { Timeout = s_timeout };
    }

    public string Name => "webhook";

    public string Target => $"{_setting}";

    public async Task Send(AlertMessage message, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(WebhookPayload.Of(message, _setting.Format).ToJsonString());
        try
        {
            await _retry.ExecuteAsync(async token => await Post(body, token), cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException or TransientAnswerException or RefusedAnswerException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var text = e is TaskCanceledException ? $"no answer within {s_timeout.TotalSeconds:0} s" : (e is HttpRequestException ? e.InnerException ?? e : e).Message;
            throw new BackupException(ErrorKind.Failed, $"post alert to {Setting} {_setting}: {_redactor.Redact(text)}", Hint(e));
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task Post(byte[] body, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        using var response = await _client.PostAsync(_setting.Url, content, cancellationToken);
        if (response.IsSuccessStatusCode) return;
        var text = $"the receiver answered {(int)response.StatusCode} {await Answer(response, cancellationToken)}".TrimEnd();
        throw response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError ? new TransientAnswerException(text) : new RefusedAnswerException(text);
    }

    private static async Task<string> Answer(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MaxAnswer];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        var text = Encoding.UTF8.GetString(bytes, 0, length).ReplaceLineEndings(" ").Trim();
        // a page for browsers says nothing to people
        return text.StartsWith('<') ? "" : text;
    }

    private static string Hint(Exception e) => e switch
    {
        RefusedAnswerException => $"look whether {Setting} is still valid, and whether {SettingNames.WebhookFormat} is what the receiver takes: generic, slack or teams",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => $"correct the host in {Setting}",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "the receiver's certificate is not one that this machine trusts",
        _ => "look at the receiver and the network to it; what waits is sent again by itself",
    };

    /// <summary>An answer after which the same may pass.</summary>
    private sealed class TransientAnswerException(string message) : Exception(message);

    /// <summary>An answer that repeating does not change.</summary>
    private sealed class RefusedAnswerException(string message) : Exception(message);
}
