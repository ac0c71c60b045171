using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Routes;

/// <summary>Reads JSON bodies.</summary>
internal static class RequestBody
{
    /// <summary>The most bytes of a body: 64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Reads the body; one that is too long, no JSON, or not of this shape fails with a message for the caller.</summary>
    public static async Task<T> Read<T>(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType()) throw new BadHttpRequestException("the body is not sent as application/json", StatusCodes.Status415UnsupportedMediaType);
        if (request.ContentLength > MaxBytes) throw TooLong();
        var body = new byte[MaxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBytes) throw TooLong();
        try
        {
            return JsonSerializer.Deserialize<T>(body.AsSpan(0, length), ApiJson.Options) ?? throw new JsonException("the body is null");
        }
        catch (JsonException e)
        {
            // a message of the serializer names types and may quote a value; the place is enough
            if (Missing<T>(body.AsMemory(0, length)) is { } missing) throw new BadHttpRequestException($"read the body: {missing} is missing");
            throw new BadHttpRequestException(e.Path is { Length: > 1 } path ? $"read the body: {path} is not as docs/http-api.md has it" : $"read the body: it is not the JSON that docs/http-api.md has, at line {(e.LineNumber ?? 0) + 1}");
        }
    }

    // the first member that an object has to have and this one does not; null for what is no object
    private static string? Missing<T>(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind != JsonValueKind.Object ? null
                : ApiJson.Options.GetTypeInfo(typeof(T)).Properties.FirstOrDefault(p => p.IsRequired && !json.RootElement.TryGetProperty(p.Name, out _))?.Name;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static BadHttpRequestException TooLong() => new($"the body is longer than {MaxBytes} bytes", StatusCodes.Status413PayloadTooLarge);
}
