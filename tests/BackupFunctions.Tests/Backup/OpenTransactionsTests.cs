using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Backup;

public sealed class OpenTransactionsTests
{
    private const string None = "{ts: Timestamp(0, 0), t: NumberLong(-1)}", Earlier = "{ts: Timestamp(5, 1), t: NumberLong(1)}";

    [Theory]
    [InlineData(false, "whole", "{applyOps: []}", None)]
    [InlineData(false, "several entries", "{applyOps: [], partialTxn: true}", None, "{applyOps: [], count: NumberLong(2)}", Earlier)]
    [InlineData(true, "the first of several entries is missing", "{applyOps: [], count: NumberLong(2)}", Earlier)]
    [InlineData(true, "the middle is missing from its beginning", "{applyOps: [], partialTxn: true}", Earlier, "{applyOps: [], count: NumberLong(3)}", Earlier)]
    [InlineData(false, "prepared and committed", "{applyOps: [], prepare: true}", None, "{commitTransaction: 1}", Earlier)]
    [InlineData(true, "only the commit", "{commitTransaction: 1}", Earlier)]
    [InlineData(false, "only the abort", "{abortTransaction: 1}", Earlier)]
    [InlineData(false, "open at the end", "{applyOps: [], partialTxn: true}", None)]
    public void A_transaction_whose_beginning_is_missing_is_noticed(bool isCut, string why, params string[] entries)
    {
        var transactions = new OpenTransactions();
        foreach (var (at, pair) in entries.Chunk(2).Index()) transactions.Add(Entry(at, "c", pair[0], pair[1], multi: false));
        transactions.AnyIsCut.ShouldBe(isCut, why);
    }

    [Fact]
    public void Retryable_writes_are_no_transactions()
    {
        var transactions = new OpenTransactions();
        transactions.Add(Entry(0, "i", "{_id: 1}", Earlier, multi: false));
        transactions.Add(Entry(1, "c", "{applyOps: []}", Earlier, multi: true));
        transactions.AnyIsCut.ShouldBeFalse();
    }

    private static OplogEntry Entry(int at, string op, string o, string previous, bool multi)
    {
        var entry = BsonDocument.Parse($"{{lsid: {{id: 1}}, txnNumber: NumberLong(3), op: '{op}', ns: 'admin.$cmd', o: {o}, ts: Timestamp({10 + at}, 1), t: NumberLong(1), prevOpTime: {previous}}}");
        if (multi) entry["multiOpType"] = 1;
        return OplogEntry.Read(entry.ToBson());
    }
}
