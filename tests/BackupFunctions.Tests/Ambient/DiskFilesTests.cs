using BackupFunctions.Ambient;
using BackupFunctions.Tests.Ipfs;

namespace BackupFunctions.Tests.Ambient;

public sealed class DiskFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly DiskFiles _files = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_appears_whole_when_it_is_committed()
    {
        var path = Path.Combine(_directory.Path, "a", "b", "file");
        using (var file = _files.Create(path))
        {
            file.Stream.Write(new byte[100_000]);
            file.Stream.Flush();
            _files.Exists(path).ShouldBeFalse();
            _files.List(_directory.Path).ShouldBeEmpty();
            file.Commit();
        }
        _files.Length(path).ShouldBe(100_000);
        _files.List(_directory.Path).ShouldBe([path]);
    }

    [Fact]
    public void A_file_that_is_not_committed_leaves_nothing_and_harms_nothing()
    {
        var path = _directory.File("file");
        File.WriteAllText(path, "old");
        using (var file = _files.Create(path)) file.Stream.Write([1, 2, 3]);
        File.ReadAllText(path).ShouldBe("old");
        Directory.GetFileSystemEntries(_directory.Path).ShouldBe([path]);
    }

    [Fact]
    public void A_commit_replaces_and_an_open_reader_keeps_what_it_reads()
    {
        var path = _directory.File("file");
        File.WriteAllText(path, "old");
        using var reader = new StreamReader(_files.OpenRead(path));
        using (var file = _files.Create(path))
        {
            file.Stream.Write("new"u8);
            file.Commit();
        }
        reader.ReadToEnd().ShouldBe("old");
        File.ReadAllText(path).ShouldBe("new");
    }

    [Fact]
    public void A_commit_that_fails_leaves_nothing()
    {
        var path = _directory.File("file");
        Directory.CreateDirectory(Path.Combine(path, "not empty"));
        using (var file = _files.Create(path))
        {
            file.Stream.Write([1]);
            Should.Throw<Exception>(file.Commit);
        }
        Directory.GetFileSystemEntries(_directory.Path).ShouldBe([path]);
    }

    [Fact]
    public void Two_writers_of_one_path_do_not_meet()
    {
        var path = _directory.File("file");
        using var first = _files.Create(path);
        using var second = _files.Create(path);
        first.Stream.Write("first"u8);
        second.Stream.Write("second"u8);
        second.Commit();
        first.Commit();
        File.ReadAllText(path).ShouldBe("first");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_secret_file_is_its_owner_s_alone_from_the_beginning(bool ownerOnly)
    {
        if (OperatingSystem.IsWindows()) return;
        var path = _directory.File("file");
        using var file = _files.Create(path, ownerOnly);
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (ownerOnly) File.GetUnixFileMode(Directory.GetFiles(_directory.Path).ShouldHaveSingleItem()).ShouldBe(Owner);
        file.Commit();
        (File.GetUnixFileMode(path) & Owner).ShouldBe(Owner);
        if (ownerOnly) File.GetUnixFileMode(path).ShouldBe(Owner);
    }

    [Fact]
    public void What_is_absent_is_no_error_to_delete_or_list_but_to_open()
    {
        _files.Delete(_directory.File("absent"));
        _files.DeleteDirectory(_directory.File("absent"));
        _files.List(_directory.File("absent")).ShouldBeEmpty();
        Should.Throw<FileNotFoundException>(() => _files.OpenRead(_directory.File("absent")));
        _files.FreeBytes(Path.Combine(_directory.Path, "not", "yet")).ShouldBeGreaterThan(0);
    }
}
