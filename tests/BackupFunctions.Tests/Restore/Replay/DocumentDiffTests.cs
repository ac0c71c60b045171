using BackupFunctions.Restore;
using CsCheck;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Restore.Replay;

public class DocumentDiffTests
{
    [Theory]
    [InlineData("{_id: 1, a: 1, b: 2}", "{d: {a: false}}", "{_id: 1, b: 2}")]
    [InlineData("{_id: 1, a: 1, b: 2}", "{u: {a: 'x'}}", "{_id: 1, a: 'x', b: 2}")]
    [InlineData("{_id: 1, b: 2}", "{u: {a: 'x'}}", "{_id: 1, b: 2, a: 'x'}")]
    [InlineData("{_id: 1, a: 1, b: 2}", "{i: {a: 9}}", "{_id: 1, b: 2, a: 9}")]
    [InlineData("{_id: 1}", "{u: {z: 1}, i: {y: 2, x: 3}}", "{_id: 1, z: 1, y: 2, x: 3}")]
    [InlineData("{_id: 1, d: 1, u: 2, i: 3, s: 4}", "{d: {d: false}, u: {u: 0}, i: {i: 0}}", "{_id: 1, u: 0, s: 4, i: 0}")]
    [InlineData("{_id: 1, a: {x: 1, y: {z: 1}}}", "{sa: {d: {x: false}, sy: {i: {w: 2}}}}", "{_id: 1, a: {y: {z: 1, w: 2}}}")]
    [InlineData("{_id: 1, '': {x: 1}}", "{s: {u: {x: 2}}}", "{_id: 1, '': {x: 2}}")]
    [InlineData("{_id: 1, a: [1, 2, 3]}", "{sa: {a: true, u1: 'x'}}", "{_id: 1, a: [1, 'x', 3]}")]
    [InlineData("{_id: 1, a: [1, 2, 3]}", "{sa: {a: true, l: 1}}", "{_id: 1, a: [1]}")]
    [InlineData("{_id: 1, a: [1, 2, 3]}", "{sa: {a: true, l: 2, u1: 9}}", "{_id: 1, a: [1, 9]}")]
    [InlineData("{_id: 1, a: [1]}", "{sa: {a: true, u1: 2, u2: 3}}", "{_id: 1, a: [1, 2, 3]}")]
    [InlineData("{_id: 1, a: [{x: 1}, [1]]}", "{sa: {a: true, s0: {u: {x: 2}}, s1: {a: true, u1: 5}}}", "{_id: 1, a: [{x: 2}, [1, 5]]}")]
    public void The_sections_of_a_delta_are_applied(string before, string diff, string after) =>
        Apply(before, diff).ShouldBe(Mongo.Bson.Bytes(after));

    // as document_diff_applier of the server has it: append, overwrite, shrink; a value of a later state that ends before the offset stays
    [Theory]
    [InlineData("abc", 7, 3, "def", "abcdef")]
    [InlineData("abc", 7, 2, "def", "abdef")]
    [InlineData("abcdef", 7, 1, "x", "ax")]
    [InlineData("abcdef", 7, 3, "def", "abcdef")]
    [InlineData("ax", 7, 3, "def", "ax")]
    [InlineData("", 7, 0, "abc", "abc")]
    [InlineData("abc", 7, 2, "", "ab")]
    [InlineData("abc", 0, 3, "def", "abcdef")]
    [InlineData("abc", 4, 2, "def", "abdef")]
    public void The_binary_section_writes_bytes_into_a_value_and_keeps_its_subtype(string before, int subtype, int offset, string data, string after)
    {
        var diff = new BsonDocument("b", new BsonDocument("c", new BsonDocument { { "o", offset }, { "d", Binary(data, 0) } }));
        var once = DocumentDiff.Apply(Holding(before, subtype), diff.ToBson());
        once.ShouldBe(Holding(after, subtype));
        DocumentDiff.Apply(once, diff.ToBson()).ShouldBe(once);
        // where servers have it: in the columns of a bucket
        var bucket = new BsonDocument { { "_id", 1 }, { "data", new RawBsonDocument(Holding(before, subtype)) } };
        DocumentDiff.Apply(bucket.ToBson(), new BsonDocument("sdata", diff).ToBson()).ShouldBe(new BsonDocument { { "_id", 1 }, { "data", new RawBsonDocument(Holding(after, subtype)) } }.ToBson());
    }

    [Theory]
    [InlineData("{_id: 1}", "{_id: 1}")]
    [InlineData("{_id: 1, c: 'text'}", "{_id: 1, c: 'text'}")]
    public void A_binary_section_for_a_value_that_is_none_or_gone_changes_nothing(string before, string after) =>
        Apply(before, "{b: {c: {o: 0, d: {$binary: {base64: 'YWJj', subType: '00'}}}}}").ShouldBe(Mongo.Bson.Bytes(after));

    [Theory]
    [InlineData("{_id: 1, a: 5}", "{sa: {u: {x: 1}}}", "{_id: 1, a: null}")]
    [InlineData("{_id: 1, a: [1]}", "{sa: {u: {x: 1}}}", "{_id: 1, a: null}")]
    [InlineData("{_id: 1, a: {x: 1}}", "{sa: {a: true, u0: 1}}", "{_id: 1, a: null}")]
    [InlineData("{_id: 1}", "{sa: {u: {x: 1}}}", "{_id: 1}")]
    [InlineData("{_id: 1}", "{d: {a: false}}", "{_id: 1}")]
    [InlineData("{_id: 1, a: [1, 2]}", "{sa: {a: true, s1: {u: {x: 1}}}}", "{_id: 1, a: [1, null]}")]
    [InlineData("{_id: 1, a: [1]}", "{sa: {a: true, s2: {u: {x: 1}}}}", "{_id: 1, a: [1, null, null]}")]
    [InlineData("{_id: 1, a: []}", "{sa: {a: true, u3: 1}}", "{_id: 1, a: [null, null, null, 1]}")]
    [InlineData("{_id: 1, a: [1]}", "{sa: {a: true, l: 3}}", "{_id: 1, a: [1, null, null]}")]
    public void A_delta_that_meets_a_later_state_is_tolerant(string before, string diff, string after) =>
        Apply(before, diff).ShouldBe(Mongo.Bson.Bytes(after));

    [Theory]
    [InlineData("{x: {a: 1}}")]
    [InlineData("{u: 1}")]
    [InlineData("{u: {a: 1}, i: {a: 2}}")]
    [InlineData("{sa: {a: true, u2: 1, u1: 1}}")]
    [InlineData("{sa: {a: true, l: 1, u1: 1}}")]
    [InlineData("{sa: {a: true, u2000000000: 1}}")]
    [InlineData("{sa: {a: true, q: 1}}")]
    [InlineData("{b: {c: 1}}")]
    [InlineData("{b: {c: {o: 0}}}")]
    [InlineData("{b: {c: {o: -1, d: {$binary: {base64: '', subType: '00'}}}}}")]
    [InlineData("{b: {c: {o: 0, d: 'text'}}}")]
    [InlineData("{b: {c: {o: 0, d: {$binary: {base64: '', subType: '00'}}, z: 1}}}")]
    [InlineData("{b: {c: {o: 0, d: {$binary: {base64: '', subType: '00'}}}}, d: {c: false}}")]
    public void A_delta_that_makes_no_sense_is_corrupt(string diff) =>
        Should.Throw<BackupException>(() => Apply("{_id: 1, a: [1, 2, 3], c: {$binary: {base64: 'YWJj', subType: '07'}}}", diff)).Kind.ShouldBe(ErrorKind.Corrupt);

    [Fact]
    public void What_a_delta_does_not_name_stays_byte_for_byte()
    {
        // the same name twice, a NaN with a payload, bytes that are no text
        byte[] odd = [0x10, (byte)'x', 0, 1, 0, 0, 0, 0x10, (byte)'x', 0, 2, 0, 0, 0, 0x01, (byte)'n', 0, 0x34, 0x12, 0, 0, 0, 0, 0xF8, 0x7F, 0x08, 0xFF, 0xFE, 0, 1];
        var before = Document([.. odd, .. new byte[] { 0x10, (byte)'a', 0, 7, 0, 0, 0 }]);
        DocumentDiff.Apply(before, Mongo.Bson.Bytes("{d: {a: false}, i: {b: 1}}")).ShouldBe(Document([.. odd, .. new byte[] { 0x10, (byte)'b', 0, 1, 0, 0, 0 }]));
    }

    [Fact]
    public void The_delta_between_any_two_documents_leads_from_the_one_to_the_other() =>
        Gen.Int[0, 1_000_000].Sample(seed =>
        {
            var random = new Random(seed);
            var before = RandomDocuments.Document(random);
            var after = RandomDocuments.Changed(random, before);
            var diff = DeltaWriter.Between(random, before, after);
            DocumentDiff.Apply(before.ToBson(), diff.ToBson()).ShouldBe(after.ToBson(), $"{before} + {diff} = {after}");
            // and once more, as a replay that is started again does
            DocumentDiff.Apply(after.ToBson(), diff.ToBson()).ShouldNotBeNull();
        }, iter: 2000, seed: "0000KZwwAAAA");

    private static BsonBinaryData Binary(string text, int subtype) => new(System.Text.Encoding.ASCII.GetBytes(text), (BsonBinarySubType)subtype);

    // the driver writes no UUID of another length
    private static byte[] Holding(string text, int subtype)
    {
        var document = new BsonDocument { { "a", 1 }, { "c", Binary(text, 0x80) }, { "z", 2 } }.ToBson();
        document[Array.LastIndexOf(document, (byte)0x80)] = (byte)subtype;
        return document;
    }

    private static byte[] Apply(string before, string diff) => DocumentDiff.Apply(Mongo.Bson.Bytes(before), Mongo.Bson.Bytes(diff));

    private static byte[] Document(byte[] fields) => [.. BitConverter.GetBytes(fields.Length + 5), .. fields, 0];
}
