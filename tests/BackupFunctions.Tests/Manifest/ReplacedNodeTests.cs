using BackupFunctions.Manifest;

namespace BackupFunctions.Tests.Manifest;

/// <summary>A node that was lost, and another one at its address.</summary>
public class ReplacedNodeTests
{
    [Fact]
    public void Its_copy_is_told_once_and_as_the_newest_one()
    {
        var entry = Entries.Entry(1);
        var copied = new NodeCopy("another", "node 2", entry.Completed.AddDays(1), 4, 4);
        var state = new ManifestState();
        state.Apply(new(ManifestRevision.CurrentFormat, default, 1, null, entry.Completed, null, [new BackupRecorded(entry), new CopyRecorded(entry.Id, copied)]), entry.Root);
        state.Backups.Single().Copies.Count.ShouldBe(3);
        state.Backups.Single().CopiesByAddress().ShouldBe([entry.Copies[0], copied]);
    }
}
