using System.Collections.Frozen;
using BackupFunctions.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Dashboard;

/// <summary>The dashboard: static files in this assembly, which ask the API as every client does. They hold nothing secret and need no key.</summary>
public static class DashboardFiles
{
    private const string Prefix = "dashboard/", Start = "index.html";

    // scripts, styles and requests of this host alone, nothing inline, and no page may frame it: whatever a name of a collection says, it stays text
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly FrozenDictionary<string, byte[]> s_files = typeof(DashboardFiles).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(n => n[Prefix.Length..], Read, StringComparer.Ordinal);

    /// <summary><c>GET dashboard</c>: the page.</summary>
    public static IResult Page(HttpContext http) => File(http, Start);

    /// <summary><c>GET dashboard/{file}</c>: a script, a style or a picture of it.</summary>
    public static IResult File(HttpContext http, string name)
    {
        if (!s_files.TryGetValue(name, out var content)) return ProblemResults.NotFound($"the dashboard has no file '{name}'");
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // another release may stand behind the same address
        headers.CacheControl = "no-cache";
        return Results.Bytes(content, TypeOf(name));
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new InvalidOperationException($"serve the dashboard's file {name}: its type is not known"),
    };

    private static byte[] Read(string resource)
    {
        using var stream = typeof(DashboardFiles).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
