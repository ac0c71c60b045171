using System.Net;
using BackupFunctions.Configuration;

namespace BackupFunctions.Ipfs.Http;

/// <summary>Says what went wrong with a node: what was asked, the setting and the address, what the node answered, what to do. Never a secret.</summary>
internal sealed class NodeFailures(NodeApi api, NodeSetting setting, SecretRedactor redactor)
{
    private string AddressHint => $"{setting.SettingName} must be the address of {api.Address}";

    /// <summary>The node answered an error. What it says is searched for secrets: it may repeat what it was sent.</summary>
    public BackupException Answered(string action, NodeAnswerException answer)
    {
        var status = answer.Status == HttpStatusCode.OK ? "" : $"{(int)answer.Status} ";
        return new(ErrorKind.Failed, $"{action} {setting}: the node answered {status}{redactor.Redact(answer.Message)}", HintFor(answer), answer);
    }

    /// <summary>No answer, or not a whole one.</summary>
    public BackupException NotReached(string action, Exception e)
    {
        // .NET wraps the sentence that says it into others that do not
        var text = (e is HttpRequestException ? e.InnerException ?? e : e).Message;
        return new(ErrorKind.Failed, $"{action} {setting}: {redactor.Redact(text)}", HintFor(e), e);
    }

    /// <summary>The node answered, and what it was asked to do is not done. What it says is searched for secrets.</summary>
    public BackupException Incomplete(string action, string what, string hint) => new(ErrorKind.Failed, $"{action} {setting}: {redactor.Redact(what)}", hint);

    /// <summary>Nothing moved for too long.</summary>
    public BackupException Idle(string action, TimeSpan limit) => new(
        ErrorKind.Failed,
        $"{action} {setting}: nothing moved for {limit.TotalSeconds:0.#} s",
        $"look at the node and the network to it; {SettingNames.NodeTimeout} sets how long to wait",
        new TimeoutException());

    /// <summary>The answer is not one of this API.</summary>
    public BackupException Strange(string action, string what, Exception? e = null) => new(ErrorKind.Failed, $"{action} {setting}: {what}", AddressHint, e);

    private string HintFor(NodeAnswerException answer) => answer.Status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
            api.AccessHint(setting),
        HttpStatusCode.RequestEntityTooLarge => "a proxy in front of the node limits the size of a request: raise it there",
        HttpStatusCode.RequestHeaderFieldsTooLarge => "the node limits the headers of a request: use a shorter token, or raise max_header_bytes there",
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
            "the node, or a proxy in front of it, is down or overloaded: look there, and run it again",
        HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or (>= HttpStatusCode.Moved and < HttpStatusCode.BadRequest) => AddressHint,
        _ when NodeErrorText.SaysFull(answer.Message) => "make room on the node: a larger disk or Datastore.StorageMax",
        _ => "the node's own log says more",
    };

    private string HintFor(Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"name the authority of the node's certificate by {setting.CaFileSettingName}, and the node as its certificate does",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => $"correct the host in {setting.SettingName}",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } or OperationCanceledException =>
            $"start the node, or correct {setting.SettingName}; a firewall may be in between",
        _ => "look at the node and the network to it, and run it again",
    };
}
