using System.Globalization;
using System.Text;

namespace BackupFunctions.Embedded.Auth;

/// <summary>
/// Prepares a password as SASLprep (RFC 4013) does: other spaces become U+0020, invisible characters vanish, the rest is normalised (NFKC),
/// control and private characters are refused. Its check of mixed writing directions is left out. In globalization-invariant mode .NET
/// normalises nothing, here as in a driver: then only passwords that are in normal form already work across programs.
/// </summary>
internal static class SaslPrep
{
    /// <summary>The prepared password.</summary>
    /// <exception cref="ArgumentException">It holds a prohibited character.</exception>
    public static string Prepare(string password)
    {
        var mapped = new StringBuilder(password.Length);
        foreach (var rune in password.EnumerateRunes())
        {
            if (IsMappedToNothing(rune.Value)) continue;
            mapped.Append(Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator ? " " : rune.ToString());
        }

        var prepared = mapped.ToString().Normalize(NormalizationForm.FormKC);
        foreach (var rune in prepared.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator || rune == Rune.ReplacementChar)
                throw new ArgumentException($"prepare password: character U+{rune.Value:X4} is not allowed", nameof(password));
        }

        return prepared;
    }

    // RFC 3454, table B.1
    private static bool IsMappedToNothing(int value) => value is 0x00AD or 0x034F or 0x1806 or (>= 0x180B and <= 0x180D)
        or (>= 0x200B and <= 0x200D) or 0x2060 or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF;
}
