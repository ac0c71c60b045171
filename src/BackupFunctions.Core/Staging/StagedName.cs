namespace BackupFunctions.Staging;

/// <summary>Names of runs and segments, which are parts of paths and addresses.</summary>
internal static class StagedName
{
    private const int MaxLength = 200;

    /// <summary>Letters, digits, dashes and dots, neither first nor last a dot: no separators, no <c>..</c>, nothing hidden.</summary>
    public static string Valid(string name, string parameter)
    {
        var valid = name.Length is > 0 and <= MaxLength && name[0] != '.' && name[^1] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
        return valid
            ? name
            : throw new ArgumentException($"unusable name '{name}': want letters, digits, dashes and dots, neither first nor last a dot, at most {MaxLength}", parameter);
    }
}
