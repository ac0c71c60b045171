using BackupFunctions.Ambient;
using BackupFunctions.Diagnosis;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Diagnosis;

/// <summary>What doctor finds out about a node by a block that goes there and back, and that nothing stays behind.</summary>
public sealed class NodeCheckTests
{
    private readonly FaultyNode _node = new(new("node 1"));

    [Fact]
    public async Task A_node_that_keeps_what_it_is_given_is_fine()
    {
        var findings = await Check();
        findings.ShouldAllBe(f => f.Check == "node 1" && f.Severity == Severity.Ok);
        findings[^1].Message.ShouldBe("a block went there and came back: imported, pinned, read, hashed, unpinned");
    }

    [Fact]
    public async Task A_node_that_only_claims_to_pin_is_found_out()
    {
        _node.OnlyClaimsToPin = true;
        (await Fails()).Message.ShouldContain("it said yes, and does not list the pin");
    }

    [Fact]
    public async Task A_node_that_gives_other_bytes_is_found_out()
    {
        _node.Alters = (_, bytes) => [.. bytes[..^1], (byte)~bytes[^1]];
        await Fails();
    }

    [Theory]
    [InlineData(NodeCalls.Identify)]
    [InlineData(NodeCalls.Import)]
    [InlineData(NodeCalls.Pin)]
    [InlineData(NodeCalls.IsPinned)]
    [InlineData(NodeCalls.Get)]
    public async Task A_node_that_refuses_a_call_is_told_with_what_to_do(NodeCalls refused)
    {
        _node.Refused = refused;
        (await Fails()).Message.ShouldContain($"{refused} on node 1");
    }

    [Theory]
    [InlineData(1L << 30, Severity.Ok)]
    [InlineData((1L << 30) - 1, Severity.Warning)]
    public void Little_space_is_a_warning_with_what_to_do(long free, Severity severity)
    {
        var finding = Finding.Space("node 1", free, "node");
        (finding.Severity, finding.Hint is null).ShouldBe((severity, severity == Severity.Ok));
        finding.Message.ShouldContain("MiB free at node");
    }

    private async Task<BackupException> Fails()
    {
        var error = await Should.ThrowAsync<BackupException>(Check);
        error.Hint.ShouldNotBeNullOrEmpty();
        _node.Inner.PinNames.ShouldBeEmpty();
        return error;
    }

    private async Task<IReadOnlyList<Finding>> Check()
    {
        var findings = await NodeChecks.Run("node 1", _node, new SystemRandomSource(), TestContext.Current.CancellationToken);
        _node.Inner.PinNames.ShouldBeEmpty();
        return findings;
    }
}
