using System.Globalization;
using BackupFunctions.Mongo;

namespace BackupFunctions.Configuration;

/// <summary>Reads settings one by one and collects what is wrong with them.</summary>
internal sealed class OptionsReader(SettingsSource source)
{
    private const decimal BytesPerMegabyte = 1_000_000;
    private readonly List<SettingProblem> _problems = [.. source.Problems];
    private readonly List<string> _warnings = [];

    private TimeSpan? _timeout;

    public SettingsSource Source => source;

    public IReadOnlyList<SettingProblem> Problems => _problems;

    public IReadOnlyList<string> Warnings => _warnings;

    public void Problem(string setting, string fault, string exampleValue) => _problems.Add(new(setting, fault, $"{setting}={exampleValue}"));

    public void Problem(SettingProblem problem)
    {
        if (!_problems.Contains(problem)) _problems.Add(problem);
    }

    public void Warn(string warning) => _warnings.Add(warning);

    public string? Get(string name) => source.Get(name)?.Trim();

    public int Integer(string name, int least, int most, int fallback, string example)
    {
        if (Get(name) is not { } text) return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        Problem(name, $"is not a whole number from {least} to {most}", example);
        return fallback;
    }

    public bool Boolean(string name, bool fallback)
    {
        if (Get(name) is not { } text) return fallback;
        if (bool.TryParse(text, out var value)) return value;
        Problem(name, "is neither true nor false", fallback ? "false" : "true");
        return fallback;
    }

    public TimeSpan Timeout()
    {
        if (_timeout is not { } timeout) _timeout = timeout = TimeSpan.FromSeconds(Integer(SettingNames.NodeTimeout, 1, 86_400, (int)Defaults.NodeTimeout.TotalSeconds, "60"));
        return timeout;
    }

    public long? RateLimit()
    {
        if (Get(SettingNames.RateLimit) is not { } text) return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var megabytes)
            && megabytes is >= 0.001m and <= 1_000_000m)
            return (long)(megabytes * BytesPerMegabyte);
        Problem(SettingNames.RateLimit, "is not a number of megabytes per second from 0.001 to 1000000", "50");
        return null;
    }

    public int ScrubSlices()
    {
        var text = Get(SettingNames.ScrubShare) ?? Defaults.ScrubShare;
        if (text.StartsWith("1/", StringComparison.Ordinal) && int.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var slices) && slices is >= 1 and <= 1000) return slices;
        Problem(SettingNames.ScrubShare, "is no share from 1/1 to 1/1000", Defaults.ScrubShare);
        return 1;
    }

    public IReadOnlyList<NamespacePattern> Patterns(string name)
    {
        try
        {
            return NamespacePattern.ParseList(Get(name));
        }
        catch (FormatException e)
        {
            Problem(name, $"pattern {e.Message}", "shop.*,crm.people");
            return [];
        }
    }
}
