using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>
/// A random oplog of database <c>shop</c> from a seed, and the documents that it leads to: writes of every form, transactions, and collections that are
/// created, dropped and renamed.
/// </summary>
internal sealed class GeneratedOplog
{
    private const string IdIndex = "{v: 2, key: {_id: 1}, name: '_id_'}";

    private readonly Random _random;
    private readonly List<OplogEntry> _entries = [];
    private int _transactions;

    public GeneratedOplog(int seed, int length)
    {
        _random = new Random(seed);
        CreateCollection();
        while (_entries.Count < length) Next();
    }

    public IReadOnlyList<OplogEntry> Entries => _entries;

    public SortedDictionary<string, SortedDictionary<int, BsonDocument>> Collections { get; } = new(StringComparer.Ordinal);

    public string Describe() => string.Join('\n', _entries.Select(e => Oplog.Text(new RawBsonDocument(e.Raw.ToArray()))));

    private void Next()
    {
        switch (_random.Next(20))
        {
            case 0 when Collections.Count < 5:
                CreateCollection();
                break;
            case 1 when Collections.Count > 1:
                var dropped = Any();
                Collections.Remove(dropped);
                Add(Command(new BsonDocument("drop", dropped)));
                break;
            case 2:
                Rename();
                break;
            case 3 or 4:
                Transaction();
                break;
            case 5:
                Add(new BsonDocument { { "op", "n" }, { "ns", "" }, { "o", new BsonDocument("msg", "periodic noop") } });
                break;
            default:
                if (Write() is { } write) Add(write);
                break;
        }
    }

    private void CreateCollection()
    {
        var free = "klmnop".Select(c => c.ToString()).Where(n => !Collections.ContainsKey(n)).ToList();
        var name = free[_random.Next(free.Count)];
        Collections.Add(name, []);
        Add(Command(new BsonDocument { { "create", name }, { "idIndex", BsonDocument.Parse(IdIndex) } }));
    }

    private void Rename()
    {
        var (from, to) = (Any(), "klmnop"[_random.Next(6)].ToString());
        if (from == to) return;
        var o = new BsonDocument { { "renameCollection", $"shop.{from}" }, { "to", $"shop.{to}" }, { "stayTemp", false } };
        if (Collections.ContainsKey(to)) o.Add("dropTarget", new BsonBinaryData(new byte[16], BsonBinarySubType.UuidStandard));
        Collections[to] = Collections[from];
        Collections.Remove(from);
        Add(Command(o));
    }

    private void Transaction()
    {
        var number = ++_transactions;
        var parts = _random.Next(1, 4);
        var prepared = _random.Next(2) == 0;
        for (var part = 0; part < parts; part++)
        {
            var inner = new BsonArray(Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Write()).Where(w => w is not null));
            var last = part == parts - 1;
            var o = new BsonDocument("applyOps", inner);
            if (!last) o.Add("partialTxn", true);
            else if (prepared) o.Add("prepare", true);
            AddOfSession(o, number, part == 0);
        }
        if (prepared) AddOfSession(new BsonDocument { { "commitTransaction", 1 }, { "commitTimestamp", new BsonTimestamp(1, 1) } }, number, first: false);
    }

    private BsonDocument? Write()
    {
        var name = Any();
        var documents = Collections[name];
        var id = _random.Next(12);
        var write = new BsonDocument { { "op", "i" }, { "ns", $"shop.{name}" }, { "ui", new BsonBinaryData(new byte[16], BsonBinarySubType.UuidStandard) } };
        if (!documents.TryGetValue(id, out var before))
        {
            var document = new BsonDocument("_id", id).AddRange(RandomDocuments.Document(_random));
            documents.Add(id, document);
            return write.Add("o", document).Add("o2", new BsonDocument("_id", id));
        }
        if (_random.Next(5) == 0)
        {
            documents.Remove(id);
            write["op"] = "d";
            return write.Add("o", new BsonDocument("_id", id));
        }
        var fields = new BsonDocument(before);
        fields.Remove("_id");
        var after = new BsonDocument("_id", id).AddRange(RandomDocuments.Changed(_random, fields));
        documents[id] = after;
        write["op"] = "u";
        var o = _random.Next(4) == 0 ? after : new BsonDocument { { "$v", 2 }, { "diff", DeltaWriter.Between(_random, before, after) } };
        return write.Add("o", o).Add("o2", new BsonDocument("_id", id));
    }

    private string Any() => Collections.Keys.ElementAt(_random.Next(Collections.Count));

    private static BsonDocument Command(BsonDocument o) => new() { { "op", "c" }, { "ns", "shop.$cmd" }, { "o", o } };

    private void AddOfSession(BsonDocument o, int number, bool first)
    {
        var entry = new BsonDocument { { "op", "c" }, { "ns", "admin.$cmd" }, { "o", o } };
        entry.AddRange(BsonDocument.Parse($"{{{Oplog.Session}}}"));
        var previous = first ? new BsonDocument { { "ts", new BsonTimestamp(0, 0) }, { "t", -1L } } : new BsonDocument { { "ts", new BsonTimestamp(_entries.Count, 1) }, { "t", 1L } };
        Add(entry.Add("txnNumber", (long)number).Add("prevOpTime", previous));
    }

    private void Add(BsonDocument entry) => _entries.Add(Oplog.Entry((uint)_entries.Count + 1, entry));
}
