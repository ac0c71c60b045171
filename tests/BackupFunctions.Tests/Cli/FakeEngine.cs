using BackupFunctions.Cli.Commands;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Recovery;

namespace BackupFunctions.Tests.Cli;

/// <summary>Answers every command with a fixed result, records what it was asked, or throws.</summary>
internal sealed class FakeEngine : IEngineCommands
{
    public const string Root = "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    private static readonly DateTimeOffset Start = new(2026, 7, 1, 2, 0, 0, TimeSpan.Zero);

    public Exception? Failure { get; init; }

    public BackupState State { get; init; } = BackupState.Complete;

    public IReadOnlyList<string> Differences { get; init; } = [];

    public OplogPlan? OplogPlan { get; init; }

    public ReplaySummary? Replay { get; init; }

    public bool Compared { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public NodeVerification SecondNode { get; init; } = new("IPFS_NODE_2_URL", true, 1200, 60, 0, 0, null);

    public FindingStatus OplogCheck { get; init; } = FindingStatus.Warning;

    public IReadOnlyList<BackupSummary> Backups { get; init; } =
    [
        Summary("b-2", BackupState.Complete, 0),
        Summary("b-1", BackupState.Complete, -7) with { StoredBytes = 900, Documents = 7 },
    ];

    public ProvenRestore? LastProven { get; init; }

    public WindowsResult Restorable { get; init; } = new(
        [new("1782871275:4", Start.AddSeconds(75), "1782957600:1", Start.AddDays(1), "b-1", ["b-2"])],
        [new("1782957600:1", Start.AddDays(1), null, null, "rolled_over", Start.AddDays(3))]);

    public IncrementalResult Increment { get; init; } = new([new(Slice, [new("IPFS_NODE_1_URL", true, 9, null), new("IPFS_NODE_2_URL", true, 9, null)], [])], "1782957600:1", Start.AddDays(1), [], []);

    public object? Request { get; private set; }

    public EngineRun? Run { get; private set; }

    public Func<EngineRun, Task>? During { get; init; }

    public Task<BackupResult> Backup(BackupRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new BackupResult(Summary("b-2", State, 0),
        [
            new("IPFS_NODE_1_URL", true, 1200, null),
            State == BackupState.Complete ? new("IPFS_NODE_2_URL", true, 60, null) : new("IPFS_NODE_2_URL", false, 0, "connection refused"),
        ], Warnings));

    public Task<IncrementalResult> BackupIncrement(IncrementalRequest request, EngineRun run, CancellationToken cancellationToken) => Answer(request, run, Increment);

    public async Task BackupContinuously(
        IncrementalRequest request, EngineRun run, Action<IncrementalResult> onRun, Action<FailedRun> onFailure, CancellationToken cancellationToken)
    {
        onRun(await Answer(request, run, Increment));
        onFailure(new("read the oplog: no member answers", "start the server", 2));
        onRun(Increment with { Backups = [] });
    }

    public ResumeResult Resumed { get; init; } = new([], [], [], false, []);

    public Task<ResumeResult> Resume(EngineRun run, CancellationToken cancellationToken) => Answer("resume", run, Resumed);

    public Task<WindowsResult> Windows(EngineRun run, CancellationToken cancellationToken) => Answer("windows", run, Restorable);

    public Task<ListResult> List(BackupFilter filter, EngineRun run, CancellationToken cancellationToken) => Answer(filter, run, new ListResult(Backups, Restorable, LastProven));

    public IReadOnlyList<TypeStatistics> Types { get; init; } =
    [
        new(BackupType.Full, 52, 1, 2, 52 / 54.0, 12_345_678_901, 4_000_000_000, 1_000_000_000, 3.08, 4, 75, 150, Start),
        new(BackupType.Incremental, 0, 0, 1, 0, 0, 0, 0, null, null, 0, 0, null),
    ];

    public Task<StatisticsResult> Statistics(BackupFilter filter, EngineRun run, CancellationToken cancellationToken) => Answer(filter, run, new StatisticsResult(Types));

    public Task<BackupDetails> Show(ShowRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new BackupDetails(Summary("b-2", BackupState.Complete, 0), "8.0.4", "1782871190:1", 1,
            [new("IPFS_NODE_1_URL", true, 1200, null), new("IPFS_NODE_2_URL", true, 60, null)],
            [new("shop.orders", "collection", 50_000, 12_345_678, 3), new("shop.名前", "collection", 1, 10, 1), new("shop.a\u001b[31mb", "view", 0, 0, 0)]));

    public Task<DownloadResult> Download(DownloadRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new DownloadResult(request.Cid, request.Path, 1200, 5_000_000));

    public NodeCopy SecondCopy { get; init; } = new("IPFS_NODE_2_URL", true, 1200, null);

    public Task<ExportResult> Export(ExportRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new ExportResult(request.Path, Root, ["b-2", "s-1"], 1200, 5_000_000));

    public Task<ImportResult> Import(ImportRequest request, EngineRun run, CancellationToken cancellationToken) => Answer(request, run, new ImportResult(
        [.. request.Paths.Select(p => request.BlocksOnly
            ? new ImportedFile(p, [], Root, [new("IPFS_NODE_1_URL", true, 1200, null), SecondCopy])
            : new ImportedFile(p, [new(Slice, [new("IPFS_NODE_1_URL", true, 1200, null), SecondCopy], Warnings)], null, []))]));

    public RecoverResult Recovered { get; init; } =
        new(RecoveryOutcome.Recovered, "00112233445566778899aabbccddeeff", 7, Root, 5, [Root], ["b-1"], 2, Summary("b-2", BackupState.Complete, 0), [], ["revision 6 was beside the chain"]);

    public Task<RecoverResult> Recover(RecoverRequest request, EngineRun run, CancellationToken cancellationToken) => Answer(request, run, Recovered);

    public Task<DecryptResult> Decrypt(DecryptRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new DecryptResult(request.Output, 2, 50_001, 0, 12_345_688));

    public Task<RestoreResult> RestoreDump(RestoreDumpRequest request, EngineRun run, CancellationToken cancellationToken) => Answer(request, run, Restored(request.Path, false));

    public Task<RestoreResult> RestoreFull(RestoreFullRequest request, EngineRun run, CancellationToken cancellationToken) => Answer(request, run, Restored(Root, request.DryRun));

    public Task<VerifyResult> Verify(VerifyRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new VerifyResult("b-2", Root, request.SamplePercent, [new("IPFS_NODE_1_URL", true, 1200, 60, 0, 0, null), SecondNode]));

    public ScrubbedNode SecondScrub { get; init; } = new("IPFS_NODE_2_URL", 2, 4, 300, 0, 0, 0, 0, null, null);

    public Task<ScrubSummary> Scrub(ScrubRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new ScrubSummary(SecondScrub.Lost > 0 ? ["b-2"] : [], [new("IPFS_NODE_1_URL", 2, 4, 300, 0, 0, 0, 0, null, null), SecondScrub]));

    public string? DrillFailure { get; init; }

    public Task<DrillSummary> Drill(DrillRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new DrillSummary("b-2", "1782871275:4", DrillFailure is null ? "proven" : "failed", 12.5, 1200, 45_000, DrillFailure));

    public Task<KeyListResult> ListKeys(EngineRun run, CancellationToken cancellationToken) => Answer("keys", run, new KeyListResult(
        "00112233445566778899aabbccddeeff", 1, [1], [new("1", "raw", [1], true, false), new("safe", "pbkdf2-sha512", [1], false, false)], [new(Start, [1], ["safe"], [])]));

    public Task<KeysChangedResult> AddKey(AddKeyRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new KeysChangedResult(1, [request.Id ?? "2"], [], ["1", request.Id ?? "2"], 12, false, 0, 0, false, Warnings));

    public Task<KeysChangedResult> RemoveKey(RemoveKeyRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new KeysChangedResult(1, [], [request.Id], ["2"], 12, false, 0, 0, false, Warnings));

    public Task<KeysChangedResult> RotateKeys(RotateKeysRequest request, EngineRun run, CancellationToken cancellationToken) => Answer(request, run,
        request.ReEncrypt ? new KeysChangedResult(2, [request.Id ?? "2"], ["1"], [request.Id ?? "2"], 12, true, 2, 9, false, Warnings) : new(1, [request.Id ?? "2"], ["1"], [request.Id ?? "2"], 12, false, 0, 0, false, Warnings));

    public Task<KeyringResult> ExportKeyring(EngineRun run, CancellationToken cancellationToken) => Answer("keyring", run, new KeyringResult("00112233445566778899aabbccddeeff", "{}"));

    public IReadOnlyList<string> RetentionProblems { get; init; } = [];

    public Task<RetentionPlanResult> PlanRetention(EngineRun run, CancellationToken cancellationToken) => Answer("plan retention", run, new RetentionPlanResult(
    [
        Item("b-1", -100, true, "weekly 2026-W12", "newest before the last 90 days"),
        Item("s-1", -99, false, "full backup b-1 before it is kept as a snapshot, and no rule keeps the points behind it"),
        Item("b-2", 0, true, "within 90 days", "newest full backup"),
    ], Start.AddDays(-90)));

    public Task<RetentionResult> Retain(EngineRun run, CancellationToken cancellationToken) => Answer("retention", run, new RetentionResult(
        2, 2, 1_500_000, [Item("s-1", -99, false, "its full backup goes")], 3, 4, RetentionProblems.Count, 1, 0, 5_000_000, RetentionProblems, Warnings));

    public Task<RemoveResult> Remove(RemoveRequest request, EngineRun run, CancellationToken cancellationToken) =>
        Answer(request, run, new RemoveResult([Item("b-1", -100, false, "asked for"), Item("s-1", -99, false, "backup b-1, which it needs, was removed")], Warnings));

    public Task<ProtectResult> Protect(ProtectRequest request, EngineRun run, CancellationToken cancellationToken) => Answer(request, run, new ProtectResult("b-1", request.Protect, Warnings));

    private static RetentionItem Item(string id, int days, bool keep, params IReadOnlyList<string> reasons) =>
        new(id, id[0] == 's' ? BackupType.Incremental : BackupType.Full, Start.AddDays(days), 1_000_000, keep, reasons);

    public IReadOnlyList<TestedReceiver> Receivers { get; init; } = [new("webhook", "hooks.example.com (generic)", null, null), new("smtp", "mail.example.com:587", null, null)];

    public Task<AlertsTestResult> TestAlerts(EngineRun run, CancellationToken cancellationToken) => Answer("alerts test", run, new AlertsTestResult(Receivers));

    public Task<DoctorResult> Diagnose(EngineRun run, CancellationToken cancellationToken) => Answer("doctor", run, new DoctorResult(
    [
        new("mongodb", FindingStatus.Ok, "rs0, 3 members, 8.0.4", null),
        new("oplog", OplogCheck, "holds 20 hours", "make it hold 48 hours or more"),
    ]));

    public static BackupSummary Summary(string id, BackupState state, int days) =>
        new(id, BackupType.Full, state, Start.AddDays(days), Start.AddDays(days).AddSeconds(75), 12, 50_000, 12_345_678, 4_000_000, Root, "1782871275:4", "1782871190:1", "1782871275:4");

    public static BackupSummary Slice =>
        new("s-1", BackupType.Incremental, BackupState.Complete, Start.AddDays(1), Start.AddDays(1).AddSeconds(2), 0, 40, 9_000, 4_000, Root, null, "1782871275:4", "1782957600:1");

    private RestoreResult Restored(string source, bool dryRun) => new(source, dryRun,
        [new("shop.orders", "collection", 50_000, 12_345_678, 3, Differences), new("shop.recent", "view", 0, 0, 0, [])], OplogPlan, Replay, Compared, Warnings);

    private async Task<T> Answer<T>(object request, EngineRun run, T result)
    {
        (Request, Run) = (request, run);
        if (During is not null) await During(run);
        return Failure is null ? result : throw Failure;
    }
}
