using System.CommandLine;
using BackupFunctions.Ambient;
using BackupFunctions.Standalone.Demo;
using BackupFunctions.Standalone.Demo.Story;

namespace BackupFunctions.Standalone.Commands;

/// <summary><c>demo</c>: databases are backed up in full and by increments, dropped, restored to a point in time and from the full backup, and compared.</summary>
internal static class DemoCommand
{
    public static Command Create(StandaloneIo io, IDemoParts parts)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON lines with message_type; the last one is the summary" };
        var mongo = new Option<string?>("--mongo") { Description = "Use this server and not the embedded one; only databases demo_* are touched, and backupfunctions_restore while it restores", HelpName = "URI" };
        var nodes = new Option<string[]>("--node") { Description = "Use this node (http(s):// for Kubo RPC, file:// for a vault); give it twice", HelpName = "URL" };
        var ipfs = new Option<bool>("--ipfs") { Description = "Start two real IPFS nodes (js-ipfs) in place of vaults; needs a clone, Node.js, and: npm ci --omit=optional --prefix tests/ipfs-nodes" };
        var keep = new Option<bool>("--keep") { Description = "Leave the vaults, the key and restored databases behind, and go on serving the HTTP API over them until Ctrl-C" };
        var command = new Command("demo", "Back databases up, drop them, restore them, also to the moment before a mistake, and prove that every byte is back") { json, mongo, nodes, ipfs, keep };
        command.SetAction((parse, cancellationToken) =>
        {
            IDemoStory story = parse.GetValue(json) ? new JsonStory(io.Out, io.Error) : TextStory.On(io.Out, io.Error, io.Interactive, io.Colour);
            var request = new DemoRequest { MongoUri = parse.GetValue(mongo), NodeUrls = parse.GetValue(nodes) ?? [], Ipfs = parse.GetValue(ipfs), Keep = parse.GetValue(keep) };
            return new DemoRunner(parts, story, TimeProvider.System, new SystemRandomSource()).Run(request, cancellationToken);
        });
        return command;
    }
}
