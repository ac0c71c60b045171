namespace BackupFunctions.EndToEnd;

/// <summary>
/// Programs of this repository as they were built, each in its own folder: beside these tests they would lack what ASP.NET Core brings along here, and not there.
/// </summary>
internal static class BuiltProgram
{
    /// <summary>The assembly of a project such as <c>src/BackupFunctions.Cli</c>, of the configuration that these tests have.</summary>
    public static string PathOf(string project, string assembly)
    {
        // <root>/tests/BackupFunctions.EndToEnd/bin/<configuration>/<framework>
        var framework = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var configuration = framework.Parent!;
        var root = configuration.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, project, "bin", configuration.Name, framework.Name, assembly);
    }
}
