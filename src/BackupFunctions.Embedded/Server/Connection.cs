using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Wire;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>One client's connection: reads a message, runs it, replies, in this order and one at a time.</summary>
internal sealed class Connection(Stream stream, ConnectionState state, Dispatcher dispatcher)
{
    // enough for every command of a login, and too little to fill the memory with before one
    private const int MaxMessageBeforeLogin = 16 * 1024;

    private int _sent;

    private int MaxMessage => dispatcher.AwaitsLogin(state) ? MaxMessageBeforeLogin : MessageHeader.MaxMessageSize;

    /// <summary>Serves until the client leaves.</summary>
    /// <exception cref="WireException">The client broke the protocol; it has been answered where that was possible.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="OperationCanceledException">The server stops, or the client left while its command ran.</exception>
    public async Task Run(CancellationToken stopping)
    {
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using var reader = new MessageReader(stream);
        try
        {
            while (await reader.Read(MaxMessage, closing.Token) is { } message)
                await Serve(message, reader, closing);
        }
        finally
        {
            await closing.CancelAsync(); // ends a read ahead, which the reader waits for
        }
    }

    private async ValueTask Serve(Message message, MessageReader reader, CancellationTokenSource closing)
    {
        switch (message.Header.OpCode)
        {
            case OpCode.Msg:
                var body = await Watch(RunMsg(message, closing.Token), reader, closing);
                if (!OpMsg.Flags(message).HasFlag(OpMsgFlags.MoreToCome)) await ReplyMsg(message, body, closing.Token);
                break;
            case OpCode.Query:
                var query = OpQuery.Parse(message);
                var answer = await Watch(dispatcher.RunLegacy(query.Database, query.Query, state, closing.Token), reader, closing);
                using (var reply = Reply.Legacy(++_sent, message.Header.RequestId, answer, failed: answer["ok"] == 0.0))
                    await reply.Send(stream, closing.Token);
                break;
            case OpCode.Compressed:
                var refusal = ServerErrors.ProtocolError("OP_COMPRESSED without a negotiated compressor");
                await ReplyMsg(message, dispatcher.Refuse(refusal), closing.Token);
                throw new WireException(refusal.Message, refusal);
            default:
                throw new WireException($"read message: unknown opcode {message.Header.OpCode}");
        }
    }

    private async ValueTask<BsonDocument> RunMsg(Message message, CancellationToken cancellation)
    {
        try
        {
            var request = OpMsg.Parse(message);
            return await dispatcher.Run(request.Body, request.Sequences, state, cancellation);
        }
        catch (CommandException e)
        {
            return dispatcher.Refuse(e);
        }
        catch (WireException e) when (e.Answer is { } answer)
        {
            await ReplyMsg(message, dispatcher.Refuse(answer), cancellation);
            throw;
        }
    }

    private static async ValueTask<BsonDocument> Watch(ValueTask<BsonDocument> command, MessageReader reader, CancellationTokenSource closing)
    {
        if (!command.IsCompleted) reader.WatchForClose(closing.Cancel, closing.Token);
        return await command;
    }

    private async ValueTask ReplyMsg(Message request, BsonDocument body, CancellationToken cancellation)
    {
        var checksum = request.Header.OpCode == OpCode.Msg && OpMsg.Flags(request).HasFlag(OpMsgFlags.ChecksumPresent);
        using var reply = Reply.Msg(++_sent, request.Header.RequestId, body, checksum);
        if (reply.Length <= MessageHeader.MaxMessageSize)
        {
            await reply.Send(stream, cancellation);
            return;
        }

        using var error = Reply.Msg(_sent, request.Header.RequestId, dispatcher.Refuse(ServerErrors.ReplyTooLarge(reply.Length)), checksum);
        await error.Send(stream, cancellation);
    }
}
