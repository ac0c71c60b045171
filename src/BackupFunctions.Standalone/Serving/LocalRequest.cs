using System.Net;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Standalone.Serving;

/// <summary>
/// Tells requests of this machine's own programs from those that a page of another site makes a browser on this machine send: such a page may give its own
/// name the address of this machine, or send what needs no permission. Without a key nothing else stands between it and a restore into a server of its choice.
/// </summary>
internal static class LocalRequest
{
    /// <summary>Whether it is addressed to a loopback name or address, and comes from no page or from one of this host.</summary>
    public static bool Is(HttpRequest request)
    {
        var host = request.Host.Host.Trim('[', ']');
        if (!host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && !(IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address))) return false;
        return !request.Headers.TryGetValue("Origin", out var origin)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
