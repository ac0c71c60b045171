using System.Formats.Tar;
using BackupFunctions.Benchmarks.Upload;
using BackupFunctions.Configuration;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.Tests.Ipfs.Nodes;

namespace BackupFunctions.EndToEnd.IpfsNodes;

/// <summary>A backup needs no program of ours but to be decrypted: kubo-rpc-client downloads it from a js-ipfs node.</summary>
public sealed class OtherClientTests(MongoFixture mongo, IpfsNodesFixture nodes) : IClassFixture<MongoFixture>
{
    [Theory, MemberData(nameof(IpfsNodePair.Kinds), false, MemberType = typeof(IpfsNodePair))]
    public async Task What_another_client_downloads_is_decrypted_to_the_same_bytes(bool native)
    {
        var pair = await (native ? nodes.Native : nodes.KuboShaped);
        using var work = new CliWorkspace(mongo.Source);
        work.Settings[SettingNames.NodeUrl(1)] = pair.Urls[0].AbsoluteUri;
        work.Settings[SettingNames.NodeUrl(2)] = pair.Urls[1].AbsoluteUri;
        var root = await work.BackUp();

        await Get(pair.Urls[1], root, work.PathOf("theirs.tar"));
        await TarFile.ExtractToDirectoryAsync(work.PathOf("theirs.tar"), work.Root, overwriteFiles: false, TestContext.Current.CancellationToken);
        (await work.Run($"decrypt {{root}}/{root} --output {{root}}/theirs")).Ended(0);
        (await work.Run($"download {root} --output {{root}}/ours.car")).Ended(0);
        (await work.Run("decrypt {root}/ours.car --output {root}/ours")).Ended(0);

        Contents(work.PathOf("theirs")).ShouldBe(Contents(work.PathOf("ours")));
        (await work.Run($"restore {{root}}/theirs --uri {mongo.Target}")).Ended(0);
        (await MongoFixture.Contents(mongo.Target)).ShouldBe(await MongoFixture.Contents(mongo.Source), ignoreOrder: true);
        await MongoFixture.DropEverything(mongo.Target);
    }

    private static async Task Get(Uri node, string root, string file)
    {
        using var client = OtherClient.Start("get.mjs", node.AbsoluteUri, root, file);
        await client.WaitForExitAsync(TestContext.Current.CancellationToken);
        client.ExitCode.ShouldBe(0);
    }

    private static List<string> Contents(string directory) =>
        [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(f => $"{Path.GetRelativePath(directory, f)} {Convert.ToHexString(File.ReadAllBytes(f))}").Order(StringComparer.Ordinal)];
}
