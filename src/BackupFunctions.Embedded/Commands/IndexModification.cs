using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>The <c>index</c> part of <c>collMod</c>: expiry, hiding and uniqueness of one index.</summary>
internal static class IndexModification
{
    private static readonly string[] Changeable = ["expireAfterSeconds", "hidden", "unique", "prepareUnique"];

    /// <summary>The collection with the index changed; old and new values go to the reply, the change to the oplog entry.</summary>
    public static StoredCollection Apply(StoredCollection collection, RawValue change, BsonDocument reply, RawWriter o, RawWriter o2)
    {
        var index = Find(collection, change);
        var changes = new OrderedDictionary<string, RawValue>();
        foreach (var element in change.Elements)
        {
            if (element.Name is "name" or "keyPattern") continue;
            if (!Changeable.Contains(element.Name)) throw new CommandException(40415, "Location40415", $"BSON field 'collMod.index.{element.Name}' is an unknown field.");
            changes.Add(element.Name, element.Value);
        }
        if (changes.Count == 0) throw new CommandException(72, "InvalidOptions", "no expireAfterSeconds, hidden, unique, or prepareUnique field");
        if (index.IsId) throw new CommandException(72, "InvalidOptions", "cannot change the _id index");
        Report(index, changes, reply, o, o2);
        var definition = new IndexDefinition(Changed(index.Spec, changes));
        var state = collection.States.First(s => s.Definition == index);
        var changed = definition.Unique && !index.Unique
            ? CreateIndexesCommand.Build(collection, definition)
            : new IndexState(definition, state.Entries, state.Multikey);
        return collection.With(collection.States.Replace(state, changed));
    }

    private static IndexDefinition Find(StoredCollection collection, RawValue change)
    {
        var (name, key) = (change["name"u8], change["keyPattern"u8]);
        if (name.IsMissing == key.IsMissing) throw new CommandException(72, "InvalidOptions", "must specify either index name or key pattern, and not both");
        var found = name.IsMissing
            ? collection.Indexes.FirstOrDefault(i => BsonOrder.Compare(i.Key, key) == 0)
            : collection.Indexes.FirstOrDefault(i => name.Type == BsonType.String && i.Name == name.Text);
        return found ?? throw new CommandException(27, "IndexNotFound", $"cannot find index {(name.IsMissing ? key : name)} for ns {collection.Namespace}");
    }

    private static void Report(IndexDefinition index, OrderedDictionary<string, RawValue> changes, BsonDocument reply, RawWriter o, RawWriter o2)
    {
        var (applied, before) = (new RawWriter().Append("name", index.Name), new RawWriter());
        foreach (var (name, value) in changes)
        {
            // The server logs the expiry as an int64.
            var logged = name == "expireAfterSeconds" ? RawValue.From(Values.Long(value) ?? throw new CommandException(72, "InvalidOptions", "expireAfterSeconds field must be a number")) : value;
            var old = index.Spec[name];
            if (!old.IsMissing)
            {
                reply.Add(name + "_old", old.ToBson());
                before.Append(name, name == "expireAfterSeconds" ? RawValue.From(Values.Long(old) ?? 0) : old);
            }
            else if (name == "hidden")
            {
                reply.Add("hidden_old", false);
                before.Append(name, false);
            }
            reply.Add(name + "_new", logged.ToBson());
            applied.Append(name, logged);
        }
        o.Append("index", RawValue.Document(applied.ToDocument()));
        o2.Append("indexOptions_old", RawValue.Document(before.ToDocument()));
    }

    private static byte[] Changed(RawValue specification, OrderedDictionary<string, RawValue> changes)
    {
        var left = new OrderedDictionary<string, RawValue>(changes);
        var writer = new RawWriter();
        foreach (var element in specification.Elements)
        {
            if (!left.Remove(element.Name, out var value)) writer.Append(element);
            else if (!IsDropped(element.Name, value)) writer.Append(element.NameBytes, value);
        }
        foreach (var (name, value) in left)
        {
            if (!IsDropped(name, value)) writer.Append(name, value);
        }
        return writer.ToDocument();
    }

    // A flag that is off is not kept.
    private static bool IsDropped(string name, RawValue value) => name != "expireAfterSeconds" && !Values.IsTrue(value);
}
