using BackupFunctions.Embedded.Query;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Options of a collection: kept as given, and what of them this server acts on.</summary>
internal sealed class CollectionOptions
{
    public CollectionOptions(byte[] options, Guid uuid)
    {
        (Document, Uuid) = (RawValue.Document(options), uuid);
        Capped = Values.IsTrue(Document["capped"u8]);
        Size = Values.Long(Document["size"u8]) ?? 0;
        Max = Values.Long(Document["max"u8]) ?? 0;
        Clustered = Document["clusteredIndex"u8];
        Validator = Document["validator"u8];
    }

    public static readonly byte[] None = new RawWriter().ToDocument();

    public RawValue Document { get; }

    public Guid Uuid { get; }

    public bool Capped { get; }

    /// <summary>Most bytes of a capped collection; 0 is no limit.</summary>
    public long Size { get; }

    /// <summary>Most documents of a capped collection; 0 is no limit.</summary>
    public long Max { get; }

    /// <summary>The clustered index specification, or missing.</summary>
    public RawValue Clustered { get; }

    public bool IsClustered => !Clustered.IsMissing;

    public RawValue Validator { get; }

    public BsonBinaryData UuidValue => new(Uuid, GuidRepresentation.Standard);

    /// <summary>
    /// Whether a document passes the validator; error 238 (NotImplemented) when the validator holds what this server cannot evaluate.
    /// </summary>
    public bool Accepts(RawValue document)
    {
        if (!Enforced || !Validator.IsDocument) return true;
        _validator ??= FilterParser.ParseValidator(Validator);
        return _validator.Matches(document);
    }

    /// <summary>Whether an update from one to the other passes: where validation is moderate, what was refused before may stay so.</summary>
    public bool Accepts(RawValue before, RawValue after) =>
        Accepts(after) || (Says("validationLevel", "moderate") && !Accepts(before));

    /// <summary>Without the mark of a temporary collection.</summary>
    public CollectionOptions Permanent()
    {
        if (Document["temp"u8].IsMissing) return this;
        var writer = new RawWriter();
        foreach (var element in Document.Elements)
        {
            if (element.Name != "temp") writer.Append(element);
        }
        return new(writer.ToDocument(), Uuid);
    }

    private Filter? _validator;

    private bool Enforced => !Says("validationLevel", "off") && !Says("validationAction", "warn");

    private bool Says(string option, string value) => Document[option] is { Type: BsonType.String } given && given.Text == value;
}
