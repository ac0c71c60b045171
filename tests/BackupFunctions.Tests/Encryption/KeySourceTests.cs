using BackupFunctions.Ambient;
using BackupFunctions.Encryption;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Encryption;

public sealed class KeySourceTests : IDisposable
{
    private const string Setting = "BACKUP_ENCRYPTION_KEY_X";
    private static readonly byte[] Key = new SeededRandomSource(8).Bytes(32);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-keys-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_key_is_read_in_base64_and_in_hex_from_a_value_a_file_and_a_command()
    {
        foreach (var text in new[] { Convert.ToBase64String(Key), Convert.ToHexString(Key), Convert.ToHexStringLower(Key), $"  {Convert.ToBase64String(Key)}\r\n" })
        {
            await Opens(new ValueKeySource(Setting, text));
            await Opens(new FileKeySource(Setting, Write(text), new DiskFiles()));
            await Opens(new CommandKeySource(Setting, OperatingSystem.IsWindows() ? $"type \"{Write(text)}\"" : $"cat '{Write(text)}'", TimeProvider.System));
        }
    }

    [Fact]
    public async Task A_new_key_is_one_that_can_be_read_and_differs_each_time()
    {
        var random = new SystemRandomSource();
        var (first, second) = (RawKeySecret.NewKey(random), RawKeySecret.NewKey(random));
        first.ShouldNotBe(second);
        using var read = await new ValueKeySource(Setting, first).Read(Cancellation);
        read.Kind.ShouldBe("key");
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2hvcnQ=")]
    [InlineData("secretsecretsecretsecretsecretsecretsecretse")]
    [InlineData("secretsecretsecretsecretsecretsecretsecretsecret")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000secret")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=")] // bits that belong to no byte
    public async Task Text_that_is_no_key_is_refused_with_the_setting_and_without_the_text(string text)
    {
        var error = await Refused(new ValueKeySource(Setting, text));
        if (text.Length > 0) (error.Message + error.Hint + error.InnerException).ShouldNotContain(text);
    }

    [Fact]
    public async Task A_file_that_is_absent_too_large_or_no_text_is_refused()
    {
        await Refused(new FileKeySource(Setting, Path.Combine(_directory.FullName, "absent"), new DiskFiles()));
        await Refused(new FileKeySource(Setting, Write(new string('A', 5000)), new DiskFiles()));
        var binary = Path.Combine(_directory.FullName, "binary");
        await File.WriteAllBytesAsync(binary, [0xff, 0xfe, 0xfd], Cancellation);
        await Refused(new FileKeySource(Setting, binary, new DiskFiles()));
    }

    [Fact]
    public async Task A_passphrase_is_taken_as_it_is_but_for_line_breaks_at_the_end_of_a_file()
    {
        using var created = Keyring.Create(new SeededRandomSource(1), PassphraseSecret.Parse("P", " päss phrase "), "p", KeySlotContext.MinIterations);
        await Opens(PassphraseKeySource.FromValue("P", " päss phrase "));
        await Opens(PassphraseKeySource.FromFile("P", Write(" päss phrase \r\n"), new DiskFiles()));
        using var trimmed = await PassphraseKeySource.FromValue("P", "päss phrase").Read(Cancellation);
        Should.Throw<BackupException>(() => created.Keyring.Unlock(trimmed)).Kind.ShouldBe(ErrorKind.WrongKey);
        await Refused(PassphraseKeySource.FromValue(Setting, ""));
        await Refused(PassphraseKeySource.FromValue(Setting, "\ud800"));

        async Task Opens(PassphraseKeySource source)
        {
            using var secret = await source.Read(Cancellation);
            using var unlocked = created.Keyring.Unlock(secret);
        }
    }

    [Fact]
    public async Task A_command_that_fails_or_prints_something_else_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the commands are those of a Unix shell");
        (await Refused(Command("exit 3"))).Message.ShouldContain("ended with 3");
        (await Refused(Command($"echo {Convert.ToBase64String(Key)}; exit 1"))).Message.ShouldNotContain(Convert.ToBase64String(Key));
        await Refused(Command("echo hello"));
        await Refused(Command("head -c 100000 /dev/zero"));
    }

    [Fact]
    public async Task A_command_that_hangs_is_killed_after_its_limit()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the commands are those of a Unix shell");
        var time = new FakeTimeProvider();
        var reading = new CommandKeySource(Setting, "sleep 600", time).Read(Cancellation);
        time.Advance(CommandKeySource.Limit);
        var error = await Should.ThrowAsync<BackupException>(() => reading);
        error.Message.ShouldContain("60 seconds");
    }

    private static CommandKeySource Command(string line) => new(Setting, line, TimeProvider.System);

    private static async Task<BackupException> Refused(IKeySource source)
    {
        var error = await Should.ThrowAsync<BackupException>(() => source.Read(Cancellation));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Message.ShouldContain(Setting);
        error.Hint.ShouldNotBeNullOrEmpty();
        return error;
    }

    // the keyring was made with the key itself, so it opens only when exactly that was read
    private static async Task Opens(IKeySource source)
    {
        using var created = Keyring.Create(new SeededRandomSource(1), new RawKeySecret(Key));
        using var secret = await source.Read(Cancellation);
        using var unlocked = created.Keyring.Unlock(secret);
    }

    private string Write(string text)
    {
        var path = Path.Combine(_directory.FullName, $"{_directory.GetFiles().Length}.txt");
        File.WriteAllText(path, text);
        return path;
    }
}
