using System.Globalization;
using System.Text.Json;
using BackupFunctions.Mongo;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Routes;

/// <summary>Reads query parameters; one that is empty counts as absent, one that cannot be read is a bad request that names it.</summary>
internal static class QueryValues
{
    public static string? Text(this HttpRequest request, string name) => request.Query[name] is { Count: > 0 } values && !string.IsNullOrEmpty(values[0]) ? values[0] : null;

    public static bool Flag(this HttpRequest request, string name) => request.Text(name) switch
    {
        null => false,
        var text when bool.TryParse(text, out var value) => value,
        _ => throw Wrong(name, "true or false"),
    };

    public static int? Number(this HttpRequest request, string name, int least, int most) => request.Text(name) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most => value,
        _ => throw Wrong(name, $"a number from {least} to {most}"),
    };

    public static DateTimeOffset? Time(this HttpRequest request, string name) => request.Text(name) switch
    {
        null => null,
        var text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var value) => value,
        _ => throw Wrong(name, "a time such as 2026-11-22T14:03:07Z"),
    };

    public static NamespacePattern? Pattern(this HttpRequest request, string name)
    {
        try
        {
            return request.Text(name) is { } text ? NamespacePattern.ParseAll([text], name)[0] : null;
        }
        catch (BackupException)
        {
            throw Wrong(name, "a pattern such as shop.*");
        }
    }

    public static T? Word<T>(this HttpRequest request, string name) where T : struct, Enum => request.Text(name) is { } text ? Parse<T>(name, text) : null;

    public static IReadOnlyList<T> Words<T>(this HttpRequest request, string name) where T : struct, Enum =>
        [.. (request.Text(name) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(t => Parse<T>(name, t))];

    private static T Parse<T>(string name, string text) where T : struct, Enum =>
        !char.IsAsciiDigit(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var value) ? value : throw Wrong(name, string.Join(" or ", Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName)));

    private static BadHttpRequestException Wrong(string name, string want) => new($"read the query: {name} is not {want}");
}
