using System.Diagnostics.CodeAnalysis;

namespace BackupFunctions.Embedded.Auth;

/// <summary>Attributes of SCRAM messages (RFC 5802 section 5): <c>letter=value</c>, parted by commas.</summary>
internal static class ScramAttributes
{
    /// <summary>The value of an attribute that must have this letter.</summary>
    public static bool TryValue(string attribute, char letter, [NotNullWhen(true)] out string? value)
    {
        var found = attribute.Length > 1 && attribute[0] == letter && attribute[1] == '=';
        value = found ? attribute[2..] : null;
        return found;
    }

    /// <summary>A name with <c>=2C</c> and <c>=3D</c> read as comma and equals sign; false when another <c>=</c> is in it.</summary>
    public static bool TryName(string escaped, [NotNullWhen(true)] out string? name)
    {
        var bare = escaped.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", string.Empty, StringComparison.Ordinal);
        var valid = !bare.Contains('=', StringComparison.Ordinal);
        name = valid ? escaped.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal) : null;
        return valid;
    }

    /// <summary>The bytes of a base64 value; false when it is none.</summary>
    public static bool TryBase64(string value, out byte[] bytes)
    {
        bytes = new byte[value.Length];
        var valid = Convert.TryFromBase64String(value, bytes, out var length);
        Array.Resize(ref bytes, valid ? length : 0);
        return valid;
    }
}
