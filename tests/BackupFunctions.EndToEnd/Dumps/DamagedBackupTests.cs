using BackupFunctions.Ambient;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Restore;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>Downloaded backups that were damaged are refused, with the kind that decides the exit code, and leave no output.</summary>
[Collection(ScratchServer.TestCollection)]
public sealed class DamagedBackupTests(DownloadedBackup backup) : IClassFixture<DownloadedBackup>, IDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("backupfunctions-damaged-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, Func<CarBytes, byte[]>> CarDamage = new()
    {
        ["empty"] = car => [],
        ["cut in the header"] = car => car.Bytes[..10],
        ["cut after the header"] = car => car.Bytes[..car.Sections[0]],
        ["cut in a block"] = car => car.Bytes[..(car.Bytes.Length / 2)],
        ["cut before the last byte"] = car => car.Bytes[..^1],
        ["cut before the last block"] = car => car.Bytes[..car.Sections[^1]],
        ["cut before the second block"] = car => car.Bytes[..car.Sections[1]],
        ["a bit of the header flipped"] = car => car.Flipped(4),
        ["a bit of the root flipped"] = car => car.Flipped(car.Sections[0] - 20),
        ["a bit of the first block flipped"] = car => car.Flipped(car.Sections[0] + 60),
        ["a bit of a middle block flipped"] = car => car.Flipped(car.Bytes.Length / 2),
        ["the last bit flipped"] = car => car.Flipped(car.Bytes.Length - 1),
        ["the bytes of two blocks swapped"] = car => car.WithSwappedData(),
        ["a byte appended"] = car => [.. car.Bytes, 0],
    };

    private static readonly Dictionary<string, (ErrorKind Kind, Action<FetchedFiles> Damage)> FileDamage = new()
    {
        ["backup.json is missing"] = (ErrorKind.NotFound, files => files.Delete("backup.json")),
        ["the index is missing"] = (ErrorKind.NotFound, files => files.Delete("index")),
        ["a list is missing"] = (ErrorKind.NotFound, files => files.Delete("lists/000/001")),
        ["a data file is missing"] = (ErrorKind.NotFound, files => files.Delete("data/000/001")),
        ["all data is missing"] = (ErrorKind.NotFound, files => files.DeleteDirectory("data")),
        ["backup.json is empty"] = (ErrorKind.Corrupt, files => files.Change("backup.json", _ => [])),
        ["backup.json is cut"] = (ErrorKind.Corrupt, files => files.Change("backup.json", b => b[..^2])),
        ["the index is empty"] = (ErrorKind.Corrupt, files => files.Change("index", _ => [])),
        ["the index is cut"] = (ErrorKind.Corrupt, files => files.Change("index", b => b[..^1])),
        ["a bit of the index flipped"] = (ErrorKind.Corrupt, files => files.Flip("index")),
        ["a list is empty"] = (ErrorKind.Corrupt, files => files.Change("lists/000/001", _ => [])),
        ["a list is cut"] = (ErrorKind.Corrupt, files => files.Change("lists/000/001", b => b[..^1])),
        ["a bit of a list flipped"] = (ErrorKind.Corrupt, files => files.Flip("lists/000/001")),
        ["lists swapped"] = (ErrorKind.Corrupt, files => files.Swap("lists/000/000", "lists/000/001")),
        ["a data file is empty"] = (ErrorKind.Corrupt, files => files.Change("data/000/001", _ => [])),
        ["a data file is cut in a block"] = (ErrorKind.Corrupt, files => files.Change("data/000/001", b => b[..^1])),
        ["a data file is cut between blocks"] = (ErrorKind.Corrupt, files => files.ChangeBlocks("data/000/001", b => b[..^1])),
        ["a bit of a data file flipped"] = (ErrorKind.Corrupt, files => files.Flip("data/000/001")),
        ["data files swapped"] = (ErrorKind.Corrupt, files => files.Swap("data/000/000", "data/000/001")),
        ["blocks of a data file swapped"] = (ErrorKind.Corrupt, files => files.ChangeBlocks("data/000/001", b => [b[1], b[0], .. b[2..]])),
        ["a block of a data file left out"] = (ErrorKind.Corrupt, files => files.ChangeBlocks("data/000/001", b => [b[0], .. b[2..]])),
        ["a block of a data file repeated"] = (ErrorKind.Corrupt, files => files.ChangeBlocks("data/000/001", b => [.. b, b[^1]])),
        ["a list in place of the index"] = (ErrorKind.Corrupt, files => files.Change("index", _ => files.Read("lists/000/000"))),
    };

    public static TheoryData<string> DamagedCars => [.. CarDamage.Keys];

    public static TheoryData<string> DamagedDirectories => [.. FileDamage.Keys];

    [Theory]
    [MemberData(nameof(DamagedCars))]
    public async Task A_damaged_car_file_is_corrupt(string what)
    {
        var path = Path.Combine(_work.FullName, "damaged.car");
        await File.WriteAllBytesAsync(path, CarDamage[what](backup.Car), Cancellation);
        var error = await Refused(() => Workbench.OpenCar(path, backup.Files), backup.Keys);
        error.Kind.ShouldBe(ErrorKind.Corrupt, what);
        error.Message.ShouldContain(path);
    }

    [Fact]
    public async Task The_order_of_blocks_in_a_car_file_does_not_matter()
    {
        var path = Path.Combine(_work.FullName, "turned.car");
        await File.WriteAllBytesAsync(path, backup.Car.Turned(), Cancellation);
        await Decrypt(await Workbench.OpenCar(path, backup.Files), backup.Keys);
        Directory.Exists(Output).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(DamagedDirectories))]
    public async Task A_damaged_directory_is_refused(string what)
    {
        var (kind, damage) = FileDamage[what];
        var files = FetchedFiles.Copy(backup.Directory, Path.Combine(_work.FullName, "damaged"));
        damage(files);
        var error = await Refused(() => Task.FromResult<IBackupContent>(new DirectoryContent(files.Root, backup.Files)), backup.Keys);
        error.Kind.ShouldBe(kind, what);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_key_does_not_open_it(bool car)
    {
        var other = new ValueKeySource("BACKUP_ENCRYPTION_KEY", RawKeySecret.NewKey(new SystemRandomSource()));
        var error = await Refused(async () => car ? await Workbench.OpenCar(backup.CarPath, backup.Files) : new DirectoryContent(backup.Directory, backup.Files), other);
        error.Kind.ShouldBe(ErrorKind.WrongKey);
    }

    [Fact]
    public async Task A_directory_that_is_no_backup_is_not_found()
    {
        var error = await Refused(() => Task.FromResult<IBackupContent>(new DirectoryContent(DumpLibrary.Find("directory"), backup.Files)), backup.Keys);
        error.Kind.ShouldBe(ErrorKind.NotFound);
        error.Hint.ShouldNotBeNull();
    }

    public void Dispose() => _work.Delete(recursive: true);

    private string Output => Path.Combine(_work.FullName, "out", "dump");

    private async Task<BackupException> Refused(Func<Task<IBackupContent>> open, IKeySource keys)
    {
        var error = await Should.ThrowAsync<BackupException>(async () => await Decrypt(await open(), keys));
        var parent = Path.GetDirectoryName(Output)!;
        if (Directory.Exists(parent)) Directory.EnumerateFileSystemEntries(parent).ShouldBeEmpty();
        return error;
    }

    private async Task Decrypt(IBackupContent content, IKeySource keys)
    {
        using var opened = await OpenedBackup.Open(content, keys, Cancellation);
        await DumpExporter.Run(opened, [], Output, backup.Files, null, Cancellation);
    }
}
