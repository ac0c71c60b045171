using System.Security.Cryptography;
using System.Text;

namespace BackupFunctions.MongoDump;

/// <summary>
/// Collection names in file names, as mongodump writes them since 2019: form-style URL escaping, and for long ones a cut name with a hash
/// of the whole.
/// </summary>
public static class CollectionFileName
{
    private const int MaxLength = 238;
    private const int KeptLength = 208;
    private const string HashMark = "%24";
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The file name without suffix.</summary>
    public static string Escape(string collection)
    {
        var escaped = new StringBuilder();
        foreach (var b in Utf8.GetBytes(collection))
        {
            if (b == ' ') escaped.Append('+');
            else if (IsPlain((char)b)) escaped.Append((char)b);
            else escaped.Append('%').Append(Convert.ToHexString([b]));
        }
        if (escaped.Length <= MaxLength) return escaped.ToString();
        return string.Concat(escaped.ToString().AsSpan(0, KeptLength), HashMark, Hash(collection));
    }

    /// <summary>Whether the name is cut, so that only the metadata has the whole.</summary>
    public static bool IsCut(string stem) => stem.Length == MaxLength && stem.Contains(HashMark, StringComparison.Ordinal);

    /// <summary>
    /// The collection of a file name. A name that no escaping gives is from a dump made before there was any, and is taken as it is.
    /// </summary>
    public static string Unescape(string stem)
    {
        var bytes = new List<byte>(stem.Length);
        for (var i = 0; i < stem.Length; i++)
        {
            var c = stem[i];
            if (c == '+') bytes.Add((byte)' ');
            else if (c == '%')
            {
                if (i + 2 >= stem.Length || !char.IsAsciiHexDigit(stem[i + 1]) || !char.IsAsciiHexDigit(stem[i + 2])) return stem;
                bytes.Add(Convert.FromHexString(stem.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else if (IsPlain(c)) bytes.Add((byte)c);
            else return stem;
        }
        try
        {
            return Utf8.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return stem;
        }
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~';

#pragma warning disable CA5350 // the hash only tells long names apart; the layout fixes SHA-1
    private static string Hash(string collection) =>
        Convert.ToBase64String(SHA1.HashData(Utf8.GetBytes(collection))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
#pragma warning restore CA5350
}
