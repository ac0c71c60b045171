using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace BackupFunctions.Embedded.Auth;

/// <summary>
/// A certificate's subject as the server writes it for MONGODB-X509 (RFC 2253): the most specific name first, no spaces between names,
/// special characters with a backslash, bytes outside ASCII as <c>\XX</c>.
/// </summary>
internal static class SubjectName
{
    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.Ordinal)
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.4"] = "SN",
        ["2.5.4.5"] = "serialNumber",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "street",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["2.5.4.12"] = "title",
        ["2.5.4.42"] = "GN",
        ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.25"] = "DC",
        ["1.2.840.113549.1.9.1"] = "emailAddress",
    };

    /// <summary>The subject of this certificate.</summary>
    public static string Of(X509Certificate2 certificate) => Of(certificate.SubjectName);

    /// <summary>The text of this name.</summary>
    public static string Of(X500DistinguishedName name)
    {
        var relativeNames = new List<string>();
        var sequence = new AsnReader(name.RawData, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            var attributes = new List<string>();
            var set = sequence.ReadSetOf();
            while (set.HasData) attributes.Insert(0, Attribute(set.ReadSequence()));
            relativeNames.Insert(0, string.Join('+', attributes));
        }

        return string.Join(',', relativeNames);
    }

    private static string Attribute(AsnReader attribute)
    {
        var type = attribute.ReadObjectIdentifier();
        var value = attribute.ReadCharacterString((UniversalTagNumber)attribute.PeekTag().TagValue);
        return $"{ShortNames.GetValueOrDefault(type, type)}={Escape(value)}";
    }

    private static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var atEdge = (i == 0 && value[i] is ' ' or '#') || (i == value.Length - 1 && value[i] == ' ');
            if (atEdge || value[i] is ',' or '+' or '"' or '\\' or '<' or '>' or ';') escaped.Append('\\');
            escaped.Append(value[i]);
        }

        return EscapeBeyondAscii(escaped.ToString());
    }

    private static string EscapeBeyondAscii(string value)
    {
        var escaped = new StringBuilder(value.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(value))
            escaped.Append(unit < 0x80 ? ((char)unit).ToString() : string.Create(CultureInfo.InvariantCulture, $"\\{unit:X2}"));
        return escaped.ToString();
    }
}
