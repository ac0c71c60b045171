using System.Globalization;
using System.Text;

namespace BackupFunctions.Embedded.Storage;

/// <summary>A key of a unique index: what a document is locked by, and found by on both sides of a snapshot.</summary>
internal sealed record UniqueKey(Guid Collection, IndexDefinition Index, RawValue[] Values)
{
    /// <summary>The same text for keys that the index holds to be equal.</summary>
    public string Name
    {
        get
        {
            var name = new StringBuilder(Collection.ToString("N")).Append('/').Append(Index.Name);
            foreach (var value in Values)
            {
                name.Append('/');
                // 1, 1.0 and NumberDecimal("1") are one key
                if (value.IsNumber && BackupFunctions.Embedded.Storage.Values.IsWhole(value)) name.Append(CultureInfo.InvariantCulture, $"{BackupFunctions.Embedded.Storage.Values.Long(value)}");
                else name.Append((int)value.Type).Append(':').Append(Convert.ToBase64String(value.Span));
            }
            return name.ToString();
        }
    }

    /// <summary>The bytes of the document that has this key, or null.</summary>
    public byte[]? Find(Catalog catalog, Namespace ns)
    {
        if (catalog.Find(ns) is not StoredCollection collection || collection.Options.Uuid != Collection) return null;
        if (collection.Indexes.FirstOrDefault(i => i.Name == Index.Name) is not { IsOrdered: true } index) return null;
        var range = new IndexRange(IndexEntry.Of(Values, long.MinValue), IndexEntry.Of(Values, long.MaxValue));
        foreach (var record in collection.Scan(index, forward: true, range)) return record.Bytes;
        return null;
    }
}
