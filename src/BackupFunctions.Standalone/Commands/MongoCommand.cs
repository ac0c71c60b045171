using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using BackupFunctions.Embedded.Server;

namespace BackupFunctions.Standalone.Commands;

/// <summary><c>mongo</c>: the embedded server alone, until the process is told to stop.</summary>
internal static class MongoCommand
{
    public static Command Create(StandaloneIo io)
    {
        var port = new Option<int>("--port") { Description = "TCP port; 0 takes a free one", DefaultValueFactory = _ => 27017 };
        var bind = new Option<string>("--bind") { Description = "Address to listen on; anyone who reaches it may read and write", DefaultValueFactory = _ => "127.0.0.1", HelpName = "ADDRESS" };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65535) result.AddError("--port is from 0 to 65535");
        });
        bind.Validators.Add(result =>
        {
            if (!IPAddress.TryParse(result.GetValueOrDefault<string>(), out _)) result.AddError("--bind is an IP address, for example 127.0.0.1, ::1 or 0.0.0.0");
        });
        var command = new Command("mongo", "Run the embedded MongoDB-compatible server until Ctrl-C: for demos and tests, not a database") { port, bind };
        command.SetAction((parse, cancellationToken) => Serve(io, parse.GetValue(port), IPAddress.Parse(parse.GetValue(bind)!), cancellationToken));
        return command;
    }

    private static async Task<int> Serve(StandaloneIo io, int port, IPAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions { Port = port, Address = address }, cancellationToken);
            await io.Out.WriteLineAsync(server.ConnectionString);
            await io.Out.FlushAsync(CancellationToken.None);
            await UntilStopped.Wait(cancellationToken);
            return ExitCodes.Ok;
        }
        catch (SocketException e)
        {
            await io.Error.WriteLineAsync($"error: listen on {new IPEndPoint(address, port)}: {e.Message}");
            await io.Error.WriteLineAsync("hint: give another --port, or 0 for a free one");
            return ExitCodes.Of(ErrorKind.Failed);
        }
    }
}
