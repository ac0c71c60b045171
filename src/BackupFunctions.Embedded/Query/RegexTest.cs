using System.Text;
using System.Text.RegularExpressions;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

/// <summary><c>$regex</c>: a string or symbol that matches, or an equal regular expression value.</summary>
internal sealed class RegexTest : ValueTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly Regex _regex;
    private readonly RawValue _operand;

    private RegexTest(string pattern, string options, RawValue operand)
    {
        _operand = operand;
        var flags = RegexOptions.CultureInvariant;
        foreach (var option in options)
        {
            flags |= option switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                'u' => RegexOptions.None,
                _ => throw new CommandException(51108, "Location51108", $"invalid flag in regex options: {option}"),
            };
        }
        try
        {
            _regex = new Regex(pattern, flags, Limit);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(51091, "Location51091", $"Regular expression is invalid: {e.Message}");
        }
    }

    /// <summary>The test of a regular expression value.</summary>
    public static RegexTest Of(RawValue value)
    {
        var text = Encoding.UTF8.GetString(value.Span).Split('\0');
        return new RegexTest(text[0], text[1], value);
    }

    /// <summary>The test of <c>{$regex, $options}</c>.</summary>
    public static RegexTest Of(RawValue pattern, RawValue options)
    {
        if (pattern.Type == BsonType.RegularExpression && options.IsMissing) return Of(pattern);
        var source = pattern.Type switch
        {
            BsonType.String => pattern.Text,
            BsonType.RegularExpression => Encoding.UTF8.GetString(pattern.Span).Split('\0')[0],
            _ => throw new CommandException(2, "BadValue", "$regex has to be a string"),
        };
        if (!options.IsMissing && options.Type != BsonType.String) throw new CommandException(2, "BadValue", "$options has to be a string");
        var flags = options.IsMissing ? "" : options.Text;
        return new RegexTest(source, flags, RawValue.From(new BsonRegularExpression(source, flags)));
    }

    public override bool Matches(RawValue value)
    {
        if (value.IsMissing) return false;
        return value.Type switch
        {
            BsonType.String or BsonType.Symbol => _regex.IsMatch(value.Text),
            BsonType.RegularExpression => BsonOrder.Compare(value, _operand) == 0,
            _ => false,
        };
    }
}
