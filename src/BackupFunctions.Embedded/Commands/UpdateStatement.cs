using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Update;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>One update: which documents, how they change, and whether one is made when there is none.</summary>
internal sealed record UpdateStatement(QueryRequest Query, DocumentUpdate Update, bool Multi, bool Upsert, bool BypassValidation)
{
    /// <summary>What an update did; <see cref="Before"/> and <see cref="After"/> are those of the last document.</summary>
    internal sealed class Outcome
    {
        public long Matched { get; set; }

        public long Modified { get; set; }

        public RawValue UpsertedId { get; set; }

        public byte[]? Before { get; set; }

        public byte[]? After { get; set; }

        public BsonTimestamp? Optime { get; set; }
    }

    public Outcome Run(WriteUnit unit, Namespace ns, SessionStatement? statement)
    {
        var outcome = new Outcome();
        var matches = Query.Run(unit.Find(ns) as Collection ?? StoredCollection.Empty(ns, new CollectionOptions(CollectionOptions.None, default), []));
        // Gathered first, so that no document is met again after its change.
        foreach (var record in Multi ? matches.ToList() : matches.Take(1).ToList())
        {
            Change(unit, ns, record, outcome, statement);
        }
        if (outcome.Matched == 0 && Upsert) Make(unit, ns, outcome, statement);
        return outcome;
    }

    private void Change(WriteUnit unit, Namespace ns, Record record, Outcome outcome, SessionStatement? statement)
    {
        var bytes = Update.Apply(unit, record.Document, inserting: false);
        outcome.Matched++;
        (outcome.Before, outcome.After) = (record.Bytes, bytes);
        if (bytes.AsSpan().SequenceEqual(record.Bytes)) return;
        if (!BypassValidation) WriteTarget.Validate(unit.Edit(ns).Options, bytes, record.Bytes);
        var after = RawValue.Document(bytes);
        var change = Update.IsReplacement ? after : UpdateDiff.Of(record.Document, after, Update.IsDelta);
        outcome.Optime = unit.Replace(ns, record, bytes, change, statement);
        outcome.Modified++;
    }

    private void Make(WriteUnit unit, Namespace ns, Outcome outcome, SessionStatement? statement)
    {
        var start = UpsertBase.Of(Query.Filter, Update.IsReplacement);
        var bytes = Update.Apply(unit, start, inserting: true);
        var editor = unit.EditOrCreate(ns);
        if (!BypassValidation) WriteTarget.Validate(editor.Options, bytes);
        outcome.Optime = unit.Insert(ns, bytes, statement);
        (outcome.After, outcome.UpsertedId) = (bytes, RawValue.Document(bytes)["_id"u8]);
    }
}
