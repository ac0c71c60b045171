using BackupFunctions.Embedded.Commands;

namespace BackupFunctions.Embedded.Server;

/// <summary>Errors that the front of the server gives, with the codes of the server's own <c>error_codes.yml</c>.</summary>
internal static class ServerErrors
{
    public static CommandException InternalError(string message) => new(1, "InternalError", message);

    public static CommandException BadValue(string message) => new(2, "BadValue", message);

    public static CommandException Unauthorized(string message) => new(13, "Unauthorized", message);

    public static CommandException TypeMismatch(string message) => new(14, "TypeMismatch", message);

    public static CommandException ProtocolError(string message) => new(17, "ProtocolError", message);

    public static CommandException AuthenticationFailed() => new(18, "AuthenticationFailed", "Authentication failed.");

    public static CommandException InvalidBson(string message) => new(22, "InvalidBSON", message);

    public static CommandException NoSuchCommand(string name) => new(59, "CommandNotFound", $"no such command: '{name}'");

    public static CommandException InvalidOptions(string message) => new(72, "InvalidOptions", message);

    public static CommandException InvalidDatabase(string name) => new(73, "InvalidNamespace", $"Invalid database name: '{name}'");

    public static CommandException NotInTransaction(string name) =>
        new(263, "OperationNotSupportedInTransaction", $"Cannot run '{name}' in a multi-document transaction.");

    public static CommandException MechanismUnavailable(string mechanism) =>
        new(334, "MechanismUnavailable", $"Received authentication for mechanism {mechanism} which is not enabled");

    public static CommandException UnsupportedOpQuery(string name) => new(
        352,
        "UnsupportedOpQueryCommand",
        $"Unsupported OP_QUERY command: {name}. The client driver may require an upgrade. "
        + "For more details see https://dochub.mongodb.org/core/legacy-opcode-removal");

    public static CommandException NoDatabase() => new(40571, "Location40571", "OP_MSG requests require a $db argument");

    public static CommandException ReplyTooLarge(long length) =>
        new(10334, "BSONObjectTooLarge", $"reply of {length} bytes is larger than a message may be");
}
