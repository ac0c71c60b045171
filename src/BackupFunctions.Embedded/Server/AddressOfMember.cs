using System.Net;
using System.Net.Sockets;

namespace BackupFunctions.Embedded.Server;

/// <summary>The name by which clients are told to reach a member.</summary>
internal static class AddressOfMember
{
    /// <summary><c>host:port</c>: the options' host, or their address, loopback for any address.</summary>
    public static string Of(EmbeddedMongoOptions options, int port) => $"{HostOf(options)}:{port}";

    private static string HostOf(EmbeddedMongoOptions options)
    {
        if (options.Host is { } host) return host;
        var address = options.Address;
        if (address.Equals(IPAddress.Any)) address = IPAddress.Loopback;
        if (address.Equals(IPAddress.IPv6Any)) address = IPAddress.IPv6Loopback;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
    }
}
