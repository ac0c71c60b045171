using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>What the reply to a write says; the driver does not look, since such a reply has <c>ok: 1</c>.</summary>
internal static class WriteReply
{
    /// <summary>A document that was refused, by its index in the command.</summary>
    internal sealed record Error(int Index, int Code, string Message);

    public static IReadOnlyList<Error> Errors(RawBsonDocument reply) => reply.TryGetValue("writeErrors", out var value) && value is BsonArray errors
        ? [.. errors.Select(e => new Error(e["index"].ToInt32(), e["code"].ToInt32(), e.AsBsonDocument.GetValue("errmsg", "").ToString()!))]
        : [];

    public static string? ConcernError(RawBsonDocument reply) => reply.TryGetValue("writeConcernError", out var value) && value is BsonDocument error
        ? $"{error.GetValue("errmsg", "")} (code {error.GetValue("code", 0)})"
        : null;

    public static long Count(RawBsonDocument reply) => reply.GetValue("n", 0).ToInt64();
}
