using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Verification;

namespace BackupFunctions.Tests.Verification;

public sealed class BackupVerifierTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_whole_copy_has_no_findings()
    {
        var root = await BackUp();
        var report = await Verify(root);
        report.Findings.ShouldBeEmpty();
        report.Blocks.Hashed.ShouldBe(report.Blocks.Total);
        report.Files.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_missing_a_changed_and_an_unpinned_copy_are_found_on_their_own_node_alone()
    {
        var root = await BackUp();
        var node = _rig.Repository.First.Inner;
        var (victim, bytes) = node.Blocks.Where(b => b.Key.Codec == Cid.RawCodec).MaxBy(b => b.Value.Length);
        node.Blocks.TryRemove(victim, out _);
        (await Verify(root)).Findings.ShouldHaveSingleItem().ShouldContain(victim.ToString());
        node.Blocks[victim] = [.. bytes[..^1], (byte)~bytes[^1]];
        (await Verify(root)).Findings.ShouldHaveSingleItem().ShouldContain(victim.ToString());
        node.Blocks[victim] = bytes;
        node.PinNames.TryRemove(root, out _);
        (await Verify(root)).Findings.ShouldHaveSingleItem().ShouldContain("not pinned");
        (await BackupVerifier.Run(_rig.Repository.Second, root, TestRepository.KeySource(), 1, 0, null, BackupRig.Cancellation)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sample_reads_some_leaves_and_asks_for_all()
    {
        var root = await BackUp();
        var report = await Verify(root, 0.3);
        report.Blocks.Hashed.ShouldBeInRange(1, report.Blocks.Total - 1);
        var node = _rig.Repository.First.Inner;
        node.Blocks.TryRemove(node.Blocks.MaxBy(b => b.Value.Length).Key, out _);
        (await Verify(root, 0.01)).Findings.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_node_that_cannot_be_reached_is_an_error_and_no_finding()
    {
        var root = await BackUp();
        _rig.Repository.First.Refused = NodeCalls.Get;
        (await Should.ThrowAsync<BackupException>(() => Verify(root))).Kind.ShouldBe(ErrorKind.Failed);
    }

    [Fact]
    public async Task Another_key_is_an_error_and_no_finding()
    {
        var root = await BackUp();
        var run = BackupVerifier.Run(_rig.Repository.First, root, TestRepository.KeySource(TestRepository.OtherKey), 1, 0, null, BackupRig.Cancellation);
        (await Should.ThrowAsync<BackupException>(() => run)).Kind.ShouldBe(ErrorKind.WrongKey);
    }

    private async Task<Cid> BackUp()
    {
        await _rig.Fill("things", 0, 1_500);
        return (await _rig.BackUp()).Backup.Root;
    }

    private Task<VerificationReport> Verify(Cid root, double share = 1) =>
        BackupVerifier.Run(_rig.Repository.First, root, TestRepository.KeySource(), share, 7, null, BackupRig.Cancellation);
}
