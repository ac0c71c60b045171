using System.Globalization;
using System.Text;

namespace BackupFunctions.Cli.Output;

/// <summary>Text from elsewhere (names of collections, answers of servers) as a terminal may see it: without control characters.</summary>
internal static class Printable
{
    /// <summary>As one line: every control character as <c>\u001b</c>.</summary>
    public static string Line(string text) => Escape(text, keepNewLines: false);

    /// <summary>Line breaks stay.</summary>
    public static string Lines(string text) => Escape(text, keepNewLines: true);

    private static string Escape(string text, bool keepNewLines)
    {
        if (!text.Any(c => Hidden(c, keepNewLines))) return text;
        var clean = new StringBuilder();
        foreach (var c in text)
        {
            if (Hidden(c, keepNewLines)) clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else clean.Append(c);
        }
        return clean.ToString();
    }

    // direction overrides are format characters: they could make one name look like another
    private static bool Hidden(char c, bool keepNewLines) =>
        (char.IsControl(c) && !(keepNewLines && c == '\n')) || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
