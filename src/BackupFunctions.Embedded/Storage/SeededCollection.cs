using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// A read-only collection whose documents are computed when they are read and never kept: for large tests. <paramref name="Document"/>
/// gives the BSON of the document at an ordinal from 0 to <paramref name="Count"/> - 1; the <c>_id</c>, its first field, must ascend with
/// the ordinal in the server's order. It is called from many threads.
/// </summary>
/// <param name="Database">Name of the database.</param>
/// <param name="Collection">Name of the collection.</param>
/// <param name="Count">Number of documents.</param>
/// <param name="Document">The document at an ordinal, in BSON.</param>
/// <param name="Options">Collection options as listCollections shows them; null for none.</param>
public sealed record SeededCollection(string Database, string Collection, long Count, Func<long, byte[]> Document, BsonDocument? Options = null);
