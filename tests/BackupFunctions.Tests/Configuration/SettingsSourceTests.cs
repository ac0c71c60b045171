using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Tests.Configuration;

public sealed class SettingsSourceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("settings").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_environment_wins_over_the_file_and_an_empty_value_hides_it()
    {
        File.WriteAllText(Path.Combine(_directory, ".env"), "A=file\nB=file\nC=file\nD=\n");
        var source = SettingsSource.FromDirectory(new Dictionary<string, string> { ["A"] = "environment", ["B"] = "" }, _directory, new DiskFiles());
        source.Get("A").ShouldBe("environment");
        source.Origin("A").ShouldBe("environment");
        source.Get("B").ShouldBeNull();
        source.Get("C").ShouldBe("file");
        source.Origin("C").ShouldBe(".env");
        source.Get("D").ShouldBeNull();
        source.Origin("D").ShouldBeNull();
        source.Names.ShouldBe(["A", "C"]);
    }

    [Fact]
    public void Faults_of_the_file_are_part_of_the_one_error()
    {
        File.WriteAllText(Path.Combine(_directory, ".env"), "what\n");
        var source = SettingsSource.FromDirectory(TestSettings.Complete("BACKUP_PARALLELISM=none"), _directory, new DiskFiles());
        var error = Should.Throw<BackupException>(() => BackupOptions.Load(source, OptionsScope.Backup));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Message.ShouldContain(".env line 1 has no '='");
        error.Message.ShouldContain("BACKUP_PARALLELISM is not a whole number from 1 to 64");
    }

    [Fact]
    public void A_directory_without_the_file_is_fine() =>
        SettingsSource.FromDirectory(new Dictionary<string, string>(), _directory, new DiskFiles()).Problems.ShouldBeEmpty();
}
