using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Ambient;

namespace BackupFunctions.Encryption;

/// <summary>Reads the small text file that a setting names; a byte order mark is skipped.</summary>
internal static class SecretFile
{
    internal const int MaxLength = 4096;

    public static async Task<string> Read(string setting, string path, IFiles files, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = files.OpenRead(path);
            return await ReadText(stream, cancellationToken) ?? throw new BackupException(
                ErrorKind.Configuration, $"read {setting}: {path} is larger than {MaxLength} bytes", "it should hold the key or passphrase and nothing else");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(ErrorKind.Configuration, $"read {setting}: cannot read {path}: {e.Message}", "check the path and its permissions", e);
        }
        catch (DecoderFallbackException)
        {
            // not kept as the cause: its message tells bytes of the secret
            throw new BackupException(ErrorKind.Configuration, $"read {setting}: {path} is not UTF-8 text", "it should hold the key or passphrase as text");
        }
    }

    /// <summary>The whole stream as strict UTF-8, null when it has more than <see cref="MaxLength"/> bytes.</summary>
    public static async Task<string?> ReadText(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[MaxLength + 1];
        try
        {
            var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            return length > MaxLength ? null : new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length).TrimStart('\uFEFF');
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
