namespace BackupFunctions.Functions.Tests;

/// <summary>Files of the repository, found from where the tests run.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    public static string Path(string name) => System.IO.Path.Combine(Root, name);

    public static string Read(string name) => File.ReadAllText(Path(name));

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "host.json")) && File.Exists(System.IO.Path.Combine(directory.FullName, "test.sh"))) return directory.FullName;
        throw new DirectoryNotFoundException("the tests do not run inside the repository");
    }
}
