using System.Security.Authentication;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Tells failures of a moment from those that stay, and says what a failure to connect means.</summary>
public static class MongoErrors
{
    // src/mongo/base/error_codes.yml: network, shutdown, change of primary, lost or killed cursors, majority not there yet
    private static readonly HashSet<int> TransientCodes =
        [6, 7, 43, 63, 89, 91, 133, 134, 175, 189, 234, 237, 262, 317, 9001, 10058, 10107, 11600, 11602, 13388, 13435, 13436];

    private const int CappedPositionLost = 136;

    // SnapshotTooOld; SnapshotUnavailable; InvalidOptions, as for capped collections and engines without snapshots; NotImplemented
    private static readonly HashSet<int> SnapshotCodes = [239, 246, 72, 238];

    /// <summary>Unauthorized.</summary>
    public const int Unauthorized = 13;

    /// <summary>NamespaceNotFound.</summary>
    public const int NamespaceNotFound = 26;

    /// <summary>IndexNotFound.</summary>
    public const int IndexNotFound = 27;

    /// <summary>NamespaceExists.</summary>
    public const int NamespaceExists = 48;

    /// <summary>CommandNotFound.</summary>
    public const int CommandNotFound = 59;

    /// <summary>DuplicateKey.</summary>
    public const int DuplicateKey = 11000;

    /// <summary>Whether the same request may succeed shortly, here or on another member.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        MongoAuthenticationException => false,
        MongoConnectionException e => !IsTlsFailure(e),
        MongoNotPrimaryException or MongoNodeIsRecoveringException or MongoCursorNotFoundException => true,
        MongoConnectionPoolPausedException or MongoWaitQueueFullException => true,
        MongoCommandException e => TransientCodes.Contains(e.Code),
        TimeoutException or IOException => true, // no member could be selected, or a socket broke
        _ => false,
    };

    /// <summary>Whether a read at a snapshot that failed so may succeed without one.</summary>
    public static bool IsSnapshotLost(Exception exception) => CommandError(exception) is { } command && SnapshotCodes.Contains(command.Code);

    /// <summary>Whether what a cursor of a capped collection stood on was overwritten.</summary>
    public static bool IsPositionLost(Exception exception) => CommandError(exception)?.Code == CappedPositionLost;

    /// <summary>Whether a read failed because the place of its cursor was lost, by the server's word or with the connection; not one that found no server.</summary>
    public static bool IsCursorLost(Exception exception) => IsPositionLost(exception) || ((exception as MongoException ?? exception.InnerException as MongoException) is { } cause && IsTransient(cause));

    /// <summary>The server's error code, or null when the failure is none of the server's.</summary>
    public static int? Code(Exception exception) => exception is MongoCommandException command ? command.Code : null;

    /// <summary>What the driver says, without its view of the cluster.</summary>
    internal static string Text(Exception exception)
    {
        var text = exception.Message;
        var end = exception is TimeoutException ? text.IndexOf(" using CompositeServerSelector", StringComparison.Ordinal) : -1;
        return (end < 0 ? text : text[..end]).Split('\n', 2)[0].TrimEnd('.');
    }

    internal static bool IsTlsFailure(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is AuthenticationException) return true;
        }
        return false;
    }

    /// <summary>The error of a connection that could not be opened; <paramref name="heartbeat"/> is what the monitor of a member saw last.</summary>
    internal static BackupException CannotConnect(string name, Exception cause, Exception? heartbeat)
    {
        if (IsTlsFailure(cause) || IsTlsFailure(heartbeat))
        {
            var reason = Innermost(IsTlsFailure(cause) ? cause : heartbeat!);
            return new(ErrorKind.Failed, $"connect to {name}: TLS handshake failed: {reason}",
                "check tlsCAFile (the authority that signed the server's certificate), the host name in the certificate, and tlsCertificateKeyFile", cause);
        }
        switch (cause)
        {
            case MongoAuthenticationException:
                return new(ErrorKind.Failed, $"connect to {name}: authentication failed: {Innermost(cause)}",
                    "check user, password and authSource; special characters in them are percent-encoded (% itself as %25)", cause);
            case MongoCommandException command:
                return new(ErrorKind.Failed, $"connect to {name}: {command.Message.TrimEnd('.')} (code {command.Code})", inner: cause);
            case MongoConfigurationException configuration:
                return new(ErrorKind.Configuration, $"connect to {name}: {configuration.Message.TrimEnd('.')}", inner: cause);
            default:
                var why = heartbeat is null ? "no suitable server answered" : Innermost(heartbeat);
                return new(ErrorKind.Failed, $"connect to {name}: {why}",
                    "check host, port, replicaSet and firewall, and whether the server wants TLS (tls=true)", cause);
        }
    }

    private static MongoCommandException? CommandError(Exception exception) => exception as MongoCommandException ?? exception.InnerException as MongoCommandException;

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception.Message.TrimEnd('.');
    }
}
