using BackupFunctions.Cli.Commands.Messages;

namespace BackupFunctions.Tests.Cli;

public class RequestTests
{
    [Fact]
    public Task Backup_is_full_by_default() => Asks("backup", new BackupRequest());

    [Fact]
    public Task An_incremental_backup_has_the_engines_limits_by_default() => Asks("backup incremental", new IncrementalRequest(null, null));

    [Fact]
    public Task Continuous_passes_its_limits() =>
        Asks("backup incremental --continuous --every 30s --max-bytes 1048576", new IncrementalRequest(TimeSpan.FromSeconds(30), 1 << 20));

    [Theory]
    [InlineData("backup --continuous")]
    [InlineData("backup full --max-bytes 5")]
    [InlineData("backup incremental --every 10s")]
    [InlineData("backup incremental --continuous --every 10")]
    [InlineData("backup incremental --continuous --every 25h")]
    [InlineData("backup incremental --continuous --every 0s")]
    [InlineData("backup incremental --max-bytes 0")]
    [InlineData("backup differential")]
    public async Task What_does_not_fit_together_is_a_usage_error(string commandLine)
    {
        var engine = new FakeEngine();
        (await CliRun.Of(commandLine.Split(' '), engine)).ExitCode.ShouldBe(2);
        engine.Request.ShouldBeNull();
    }

    [Fact]
    public Task A_date_without_a_zone_is_UTC() =>
        Asks("list --type incremental --since 2026-07-01", new BackupFilter(BackupType.Incremental, new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero)));

    [Fact]
    public Task A_date_with_a_zone_keeps_its_moment() =>
        Asks("list --since 2026-07-01T02:00:00+02:00", new BackupFilter(null, new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero)));

    [Theory, InlineData("list"), InlineData("stats")]
    public Task Backups_are_chosen_by_type_time_and_namespace(string command) =>
        Asks($"{command} --type full --since 2026-07-01 --until 2026-08-01 --namespace shop.*",
            new BackupFilter(BackupType.Full, new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 8, 1, 0, 0, 0, TimeSpan.Zero), "shop.*"));

    [Fact]
    public Task Verify_checks_all_of_the_latest_by_default() => Asks("verify", new VerifyRequest("latest", 100));

    [Fact]
    public Task A_share_may_have_a_fraction() => Asks("verify b-1 --sample 2.5%", new VerifyRequest("b-1", 2.5));

    [Fact]
    public async Task Restore_full_passes_its_flags()
    {
        var request = await RestoreFull("--drop --dry-run --force --users-and-roles --at 1795356187:3 --ns-include shop.* --ns-exclude shop.log --ns-from shop.* --ns-to copy.*");
        (request.Backup, request.TargetUri, request.At).ShouldBe(("b-1", "mongodb://h", "1795356187:3"));
        (request.Drop, request.DryRun, request.Force, request.UsersAndRoles).ShouldBe((true, true, true, true));
        string.Join(' ', request.Namespaces.Include.Concat(request.Namespaces.Exclude).Concat(request.Namespaces.From).Concat(request.Namespaces.To)).ShouldBe("shop.* shop.log shop.* copy.*");
    }

    [Fact]
    public async Task Restore_full_asks_for_no_more_than_it_is_told()
    {
        var request = await RestoreFull("");
        (request.Drop, request.DryRun, request.Force, request.UsersAndRoles, request.At, request.Incrementals.Count).ShouldBe((false, false, false, false, null, 0));
    }

    [Fact]
    public async Task Restore_full_passes_incremental_backups() =>
        (await RestoreFull($"--incremental {FakeEngine.Root} --incremental {FakeEngine.Root}")).Incrementals.ShouldBe([FakeEngine.Root, FakeEngine.Root]);

    [Theory]
    [InlineData("restore-full latest --uri mongodb://h --at yesterday")]
    [InlineData("restore-full latest --uri mongodb://h --at 2026-11-22T14:03:07")]
    [InlineData("restore-full latest --uri mongodb://h --incremental b-1")]
    public async Task What_is_no_point_in_time_and_no_CID_is_a_usage_error(string commandLine)
    {
        var engine = new FakeEngine();
        (await CliRun.Of(commandLine.Split(' '), engine)).ExitCode.ShouldBe(2);
        engine.Request.ShouldBeNull();
    }

    [Fact]
    public async Task Restore_passes_patterns_and_an_absolute_path()
    {
        var engine = new FakeEngine();
        await CliRun.Of(["restore", "@dump", "--uri", "mongodb://u:p%40@h", "--ns-include", "shop.*", "--ns-include", "crm.a,b"], engine);
        var request = engine.Request.ShouldBeOfType<RestoreDumpRequest>();
        Path.IsPathFullyQualified(request.Path).ShouldBeTrue();
        Path.GetFileName(request.Path).ShouldBe("@dump");
        request.TargetUri.ShouldBe("mongodb://u:p%40@h");
        request.Drop.ShouldBeFalse();
        request.NamespacePatterns.ShouldBe(["shop.*", "crm.a,b"]);
    }

    private static async Task<RestoreFullRequest> RestoreFull(string options)
    {
        var engine = new FakeEngine();
        var run = await CliRun.Of($"restore-full b-1 --uri mongodb://h {options}".Split(' ', StringSplitOptions.RemoveEmptyEntries), engine);
        run.ExitCode.ShouldBe(0, run.Error);
        return engine.Request.ShouldBeOfType<RestoreFullRequest>();
    }

    private static async Task Asks(string commandLine, object expected)
    {
        var engine = new FakeEngine();
        var run = await CliRun.Of(commandLine.Split(' '), engine);
        run.ExitCode.ShouldBe(0, run.Error);
        engine.Request.ShouldBe(expected);
        engine.Run!.Options.Parallelism.ShouldBe(2);
    }
}
