using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>
/// The fields of a command. Reading them refuses fields that are not known (error 40415) and transactions (263), so that nothing
/// asked for is passed over in silence.
/// </summary>
internal sealed class Arguments
{
    private static readonly HashSet<string> Generic =
    [
        "$db", "lsid", "$clusterTime", "txnNumber", "autocommit", "startTransaction", "readConcern", "writeConcern", "$readPreference", "maxTimeMS",
        "comment", "apiVersion", "apiStrict", "apiDeprecationErrors", "$audit", "$client", "$configServerState", "$queryOptions", "stmtId", "stmtIds",
        "maxTimeMSOpOnly", "mayBypassWriteBlocking", "clientOperationKey",
    ];

    private readonly Dictionary<string, RawValue> _fields = new(StringComparer.Ordinal);

    private Arguments(CommandContext context) => Context = context;

    public CommandContext Context { get; }

    /// <summary>The whole body.</summary>
    public RawValue Body { get; private init; }

    public RawValue this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>Reads a command; besides its own fields, these are known.</summary>
    public static Arguments Read(CommandContext context, params ReadOnlySpan<string> known)
    {
        var arguments = new Arguments(context) { Body = RawValue.Document(Bytes(context.Body)) };
        foreach (var element in arguments.Body.Elements)
        {
            var name = element.Name;
            if (name != context.Name && !Generic.Contains(name) && !known.Contains(name))
            {
                throw new CommandException(40415, "Location40415", $"BSON field '{context.Name}.{name}' is an unknown field.");
            }
            if (!arguments._fields.TryAdd(name, element.Value))
            {
                throw new CommandException(40413, "Location40413", $"BSON field '{context.Name}.{name}' is a duplicate field");
            }
        }
        arguments.RefuseSessionsKinds();
        return arguments;
    }

    public static byte[] Bytes(RawBsonDocument document)
    {
        var bytes = new byte[document.Slice.Length];
        document.Slice.GetBytes(0, bytes, 0, bytes.Length);
        return bytes;
    }

    /// <summary>The collection that the command names.</summary>
    public Namespace Target()
    {
        var name = this[Context.Name];
        if (name.IsMissing || name.Type != BsonType.String)
        {
            throw new CommandException(73, "InvalidNamespace", $"collection name has invalid type {TypeNames.Of(name)}");
        }
        return Namespace.Of(Context.Database, name.Text);
    }

    /// <summary>The documents of a sequence, from wherever they came.</summary>
    public List<byte[]> Documents(string name)
    {
        if (Context.Sequences.TryGetValue(name, out var sequence)) return [.. sequence.Select(Bytes)];
        var value = this[name];
        if (value.IsMissing) throw Required(name);
        if (!value.IsArray) throw WrongType(name, value, "array");
        var documents = new List<byte[]>();
        foreach (var element in value.Elements)
        {
            if (!element.Value.IsDocument) throw WrongType($"{name}.{element.Name}", element.Value, "object");
            documents.Add(element.Value.Span.ToArray());
        }
        return documents;
    }

    public bool Flag(string name, bool otherwise = false)
    {
        var value = this[name];
        if (value.IsMissing) return otherwise;
        return value.Type == BsonType.Boolean || value.IsNumber ? Values.IsTrue(value) : throw WrongType(name, value, "bool");
    }

    /// <summary>A whole number of zero or more, or null.</summary>
    public long? Count(string name)
    {
        var value = this[name];
        if (value.IsNullish) return null;
        if (!value.IsNumber) throw WrongType(name, value, "long");
        var number = Values.Long(value)!.Value;
        return number >= 0 ? number : throw new CommandException(51024, "Location51024", $"BSON field '{name}' value must be >= 0, actual value '{number}'");
    }

    public string? Text(string name)
    {
        var value = this[name];
        if (value.IsMissing) return null;
        return value.Type == BsonType.String ? value.Text : throw WrongType(name, value, "string");
    }

    public RawValue Object(string name)
    {
        var value = this[name];
        return value.IsMissing || value.IsDocument ? value : throw WrongType(name, value, "object");
    }

    public CommandException Required(string name) =>
        new(40414, "Location40414", $"BSON field '{Context.Name}.{name}' is missing but a required field");

    public CommandException WrongType(string name, RawValue value, string expected) =>
        new(14, "TypeMismatch", $"BSON field '{Context.Name}.{name}' is the wrong type '{TypeNames.Of(value)}', expected type '{expected}'");

    private void RefuseSessionsKinds()
    {
        if (!this["startTransaction"].IsMissing || !this["autocommit"].IsMissing)
        {
            throw new CommandException(263, "OperationNotSupportedInTransaction", $"cannot run {Context.Name} in a transaction: this server has no multi-document transactions");
        }
        if (!this["txnNumber"].IsMissing && this["lsid"].IsMissing)
        {
            throw new CommandException(72, "InvalidOptions", "Transaction number requires a session ID to also be specified");
        }
    }
}
