namespace BackupFunctions.Tests.MongoDump;

/// <summary>A directory that goes with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("backupfunctions-dump-").FullName;

    public string Sub(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public string Write(string name, params byte[][] parts)
    {
        var path = Sub(name.Split('/'));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, parts.SelectMany(p => p).ToArray());
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
