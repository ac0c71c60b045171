namespace BackupFunctions.Configuration;

/// <summary>
/// A setting as it may be shown: its masked value (null when there is none) and where it came from: <c>environment</c>, <c>.env</c>,
/// <c>default</c> or <c>not set</c>.
/// </summary>
public sealed record ResolvedSetting(string Name, string? Value, string Origin)
{
    /// <summary>Every setting of this release, in the order of docs/cli.md; values that are wrong are shown too.</summary>
    public static IReadOnlyList<ResolvedSetting> All(SettingsSource source) => [.. KnownSettings.All.Select(setting =>
    {
        var given = source.Get(setting.Name);
        return (given ?? setting.Default(source)) is { } value
            ? new ResolvedSetting(setting.Name, Masking.MaskValue(setting.Name, value), given is null ? "default" : source.Origin(setting.Name)!)
            : new(setting.Name, null, "not set");
    })];
}
