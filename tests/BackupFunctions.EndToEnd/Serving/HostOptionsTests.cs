using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Scheduling;

namespace BackupFunctions.EndToEnd.Serving;

public sealed class HostOptionsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupfn-options-").FullName;

    public static TheoryData<string, string, string> Wrong => new()
    {
        { SettingNames.Listen, "127.0.0.1:7071", "is not an address" },
        { SettingNames.Listen, "https://127.0.0.1:7071", "TLS is for a proxy" },
        { SettingNames.Listen, "http://127.0.0.1:7071/base", "is not an address" },
        { SettingNames.Listen, "http://127.0.0.1:70710", "is not an address" },
        { SettingNames.Listen, "http://0.0.0.0:7071", "there is no key" },
        { SettingNames.Listen, "http://192.0.2.1:7071", "there is no key" },
        { SettingNames.Listen, "http://[::]:7071", "there is no key" },
        { SettingNames.Listen, "http://backup.example:7071", "there is no key" },
        { SettingNames.FullSchedule, "every sunday", "is no cron expression" },
        { SettingNames.FullSchedule, "0 2 * *", "is no cron expression" },
        { SettingNames.IncrementalSchedule, "60 2 * * *", "is no cron expression" },
        { SettingNames.IncrementalSchedule, "0 0 0 2 * * *", "is no cron expression" },
        { SettingNames.ResumeSchedule, "*/0 * * * *", "is no cron expression" },
        { SettingNames.ScrubSchedule, "weekly", "is no cron expression" },
        { SettingNames.DrillSchedule, "0 5 0 * *", "is no cron expression" },
        { SettingNames.ApiKeyFile, "missing", "cannot be read" },
        { SettingNames.ApiKeyFile, "empty", "names an empty file" },
        { SettingNames.ApiKeyFile, ".", "cannot be read" },
    };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory, MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_named_with_its_fault_and_an_example(string name, string value, string fault)
    {
        File.WriteAllText(Path.Combine(_directory, "empty"), " \n");
        var problem = Check((name, value)).Problems.ShouldHaveSingleItem();
        (problem.Setting, problem.Fault.Contains(fault, StringComparison.Ordinal)).ShouldBe((name, true), problem.ToString());
        // what the example says is right, as far as it needs no file
        var example = problem.Example.Split('=', 2);
        example[0].ShouldBe(name);
        if (name != SettingNames.ApiKeyFile) Check((name, example[1])).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void All_that_is_wrong_is_one_error()
    {
        var error = Should.Throw<BackupException>(() => HostOptions.Load(
            Settings((SettingNames.Listen, "nowhere"), (SettingNames.FullSchedule, "x"), (SettingNames.IncrementalSchedule, "y"), (SettingNames.ResumeSchedule, "z"), (SettingNames.ApiKey, "k"), (SettingNames.ApiKeyFile, "f")),
            Schedule.IsValid));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        foreach (var name in new[] { "5 problems", SettingNames.Listen, SettingNames.FullSchedule, SettingNames.IncrementalSchedule, SettingNames.ResumeSchedule, "BACKUP_API_KEY and BACKUP_API_KEY_FILE are set together" }) error.Message.ShouldContain(name);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://localhost:7071")]
    [InlineData("http://[::1]:7071")]
    public void Loopback_needs_no_key(string address) => Check((SettingNames.Listen, address)).Problems.ShouldBeEmpty();

    [Fact]
    public void With_a_key_from_a_file_every_address_is_allowed()
    {
        File.WriteAllText(Path.Combine(_directory, "key"), "s3cret of the API\r\n");
        var (options, problems) = Check((SettingNames.Listen, "http://0.0.0.0:7071"), (SettingNames.ApiKeyFile, "key"));
        problems.ShouldBeEmpty();
        (options.ApiKey, options.Listen.Authority).ShouldBe(("s3cret of the API", "0.0.0.0:7071"));
        options.ToString().ShouldNotContain("s3cret");
    }

    [Fact]
    public void Defaults_are_this_machine_and_six_schedules_and_an_empty_one_is_off()
    {
        var (options, problems) = Check((SettingNames.ResumeSchedule, ""));
        problems.ShouldBeEmpty();
        (options.Listen.ToString(), options.ApiKey, options.FullSchedule, options.IncrementalSchedule, options.ResumeSchedule).ShouldBe(("http://127.0.0.1:7071/", null, "0 2 * * 0", "0 2 * * *", null));
        (options.RetentionSchedule, options.ScrubSchedule, options.DrillSchedule).ShouldBe(("30 2 * * *", "0 4 * * 6", "0 5 1 * *"));
        (Check((SettingNames.ScrubSchedule, "")).Options.ScrubSchedule, Check((SettingNames.DrillSchedule, "")).Options.DrillSchedule).ShouldBe((null, null));
        Path.IsPathFullyQualified(options.Journal).ShouldBeTrue();
        Check((SettingNames.Journal, "here.db")).Options.Journal.ShouldBe(Path.Combine(_directory, "here.db"));
        Check((SettingNames.FullSchedule, "30 0 2 * * 0")).Options.FullSchedule.ShouldBe("30 0 2 * * 0");
    }

    private (HostOptions Options, IReadOnlyList<SettingProblem> Problems) Check(params (string Name, string Value)[] values) => HostOptions.Check(Settings(values), Schedule.IsValid);

    private SettingsSource Settings(params (string Name, string Value)[] values) => new(values.ToDictionary(v => v.Name, v => v.Value), new Dictionary<string, string>(), _directory, new DiskFiles());
}
