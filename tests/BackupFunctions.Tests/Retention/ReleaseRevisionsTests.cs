using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Retention;
using BackupFunctions.Tests.Manifest;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Retention;

public sealed class ReleaseRevisionsTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Theory, InlineData(true), InlineData(false)]
    public async Task Revisions_before_the_last_two_checkpoints_go_and_the_manifest_reads_from_either_of_them(bool checkpointsDiffer)
    {
        var manifest = await _repository.Create();
        await manifest.Append(Entries.Change(1), null, Cancellation);
        for (var revision = 3; revision <= 514; revision++) await manifest.Append(checkpointsDiffer && revision == 300 ? [new ProtectionChanged(Entries.Entry(1).Id, true)] : [], null, Cancellation);
        (await Release(tolerated: 600)).ShouldBe(0);

        // of revisions 1 to 514 those to 256 go; checkpoints 256 and 512 stay
        (await Release(tolerated: 500)).ShouldBe(256);
        (await Release(tolerated: 0)).ShouldBe(0);
        foreach (var name in new[] { PinNames.Manifest(_repository.Memory.Head!.Repository), PinNames.Checkpoint(_repository.Memory.Head.Repository) })
            _repository.First.Inner.PinNames.Count(p => p.Value == name).ShouldBe(name.EndsWith("manifest", StringComparison.Ordinal) ? 258 : checkpointsDiffer ? 2 : 1);
        _repository.Second.Inner.PinNames.Count.ShouldBe(checkpointsDiffer ? 516 : 515);

        // the second node is gone, and what the first does not pin is collected
        _repository.Second.Inner.Blocks.Clear();
        _repository.Memory.Kept.Clear();
        (await _repository.First.Inner.CollectGarbage()).ShouldBeGreaterThan(256);
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1"]);
        await _repository.Manifest().Append(Entries.Change(2), null, Cancellation);
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1", "2"]);
    }

    private async Task<int> Release(int tolerated)
    {
        var session = _repository.Session();
        return (await new ReleaseRevisionsActivity(session, _repository.Catalog, _repository.Manifest(session), _repository.Nodes) { Tolerated = tolerated }.Run(new(0), Cancellation)).Unpinned;
    }
}
