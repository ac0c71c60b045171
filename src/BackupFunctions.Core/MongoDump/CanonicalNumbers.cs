using System.Buffers.Binary;
using System.Globalization;

namespace BackupFunctions.MongoDump;

/// <summary>Numbers as the Go driver writes them in canonical Extended JSON, so that files equal those of mongodump.</summary>
internal static class CanonicalNumbers
{
    /// <summary>
    /// Shortest digits that give the number back; an exponent of two digits or more below 1e-4 and from 1e6 on (Go's format G), else at
    /// least one decimal.
    /// </summary>
    public static string Double(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        var sign = double.IsNegative(value) ? "-" : "";
        var (digits, point) = Shortest(Math.Abs(value));
        var exponent = point - 1;
        if (digits.Length > 0 && (exponent < -4 || exponent >= 6))
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}E{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }
        if (point <= 0) return digits.Length == 0 ? $"{sign}0.0" : $"{sign}0.{new string('0', -point)}{digits}";
        if (digits.Length <= point) return $"{sign}{digits.PadRight(point, '0')}.0";
        return $"{sign}{digits[..point]}.{digits[point..]}";
    }

    /// <summary>A decimal by the scientific form of IEEE 754-2008 that the BSON specification asks for. Takes its 16 stored bytes.</summary>
    public static string Decimal128(ReadOnlySpan<byte> value)
    {
        var high = BinaryPrimitives.ReadUInt64LittleEndian(value[8..]);
        var low = BinaryPrimitives.ReadUInt64LittleEndian(value);
        var sign = high >> 63 == 0 ? "" : "-";
        if ((high >> 58 & 0x1F) == 0x1F) return "NaN";
        if ((high >> 58 & 0x1F) == 0x1E) return sign + "Infinity";
        // a combination that starts with 11 holds a coefficient above 34 digits, which counts as zero
        var large = (high >> 61 & 3) == 3;
        var exponent = (int)((large ? high >> 47 : high >> 49) & 0x3FFF) - 6176;
        var coefficient = large ? UInt128.Zero : new UInt128(high & 0x1_FFFF_FFFF_FFFF, low);
        var digits = coefficient.ToString(CultureInfo.InvariantCulture);
        var adjusted = exponent + digits.Length - 1;
        if (exponent <= 0 && adjusted >= -6)
        {
            if (exponent == 0) return sign + digits;
            var padded = digits.PadLeft(1 - exponent, '0');
            return $"{sign}{padded[..^-exponent]}.{padded[^-exponent..]}";
        }
        var fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}E{(adjusted < 0 ? "" : "+")}{adjusted}");
    }

    /// <summary>Digits without leading and trailing zeros, and how many of them stand before the decimal point.</summary>
    private static (string Digits, int Point) Shortest(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var point = (dot < 0 ? mantissa.Length : dot) + exponent;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimStart('0');
        return (significant.TrimEnd('0'), point - (digits.Length - significant.Length));
    }
}
