using BackupFunctions.Mongo;

namespace BackupFunctions.Tests.Mongo;

public class InsertCommandTests
{
    [Theory]
    [InlineData(false, false, "")]
    [InlineData(true, true, "bypassEmptyTsReplacement: true, ")]
    public void Documents_stand_in_the_command_byte_for_byte(bool ordered, bool keep, string extra)
    {
        byte[][] documents = [Bson.Bytes("{_id: 1, a: {$undefined: true}}"), Bson.Bytes("{_id: 2, ts: {$timestamp: {t: 0, i: 0}}}"), Bson.Bytes("{}")];
        using var command = InsertCommand.Build("c", [documents[2], .. documents], 1, 3, ordered, keep);
        command.ToArray().ShouldBe(Bson.Bytes(
            $"{{insert: 'c', ordered: {(ordered ? "true" : "false")}, bypassDocumentValidation: true, {extra}writeConcern: {{w: 'majority'}}, " +
            "documents: [{_id: 1, a: {$undefined: true}}, {_id: 2, ts: {$timestamp: {t: 0, i: 0}}}, {}]}"));
    }

    [Fact]
    public void Duplicate_names_and_nan_payloads_survive()
    {
        byte[] document = [.. "\x22\0\0\0"u8, 0x01, (byte)'a', 0, 0x34, 0x12, 0, 0, 0, 0, 0xF8, 0x7F, 0x10, (byte)'a', 0, 1, 0, 0, 0, 0x12, (byte)'b', 0, 1, 2, 3, 4, 5, 6, 7, 8, 0];
        document[0] = (byte)document.Length;
        using var command = InsertCommand.Build("c", [document], 0, 1, ordered: false, keepEmptyTimestamps: false);
        command.Finish().Span.IndexOf(document).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Batches_are_bounded_by_bytes_and_by_count_and_lose_nothing()
    {
        ReadOnlyMemory<byte> small = new byte[100], half = new byte[InsertCommand.MostBytes / 2], longest = new byte[InsertCommand.LongestDocument];
        InsertCommand.Batches([]).ShouldBeEmpty();
        InsertCommand.Batches([small, half, half, longest, longest, small, small]).ShouldBe([(0, 2), (2, 1), (3, 1), (4, 1), (5, 2)]);
        ReadOnlyMemory<byte> empty = new byte[5];
        InsertCommand.Batches([.. Enumerable.Repeat(empty, InsertCommand.MostDocuments + 1)]).ShouldBe([(0, InsertCommand.MostDocuments), (InsertCommand.MostDocuments, 1)]);
    }

    [Fact]
    public void The_longest_document_fits_into_a_command_with_what_the_driver_adds()
    {
        const int limit = (16 << 20) + (16 << 10);
        var document = new byte[InsertCommand.LongestDocument];
        using var command = InsertCommand.Build(new string('x', 255), [document], 0, 1, ordered: false, keepEmptyTimestamps: true);
        command.Finish().Length.ShouldBeLessThan(limit - 4096);
    }

    [Theory]
    [InlineData("{_id: 1, a: {$timestamp: {t: 0, i: 0}}}", true)]
    [InlineData("{_id: {$timestamp: {t: 0, i: 0}}}", false)]
    [InlineData("{_id: 1, a: {b: {$timestamp: {t: 0, i: 0}}}}", false)]
    [InlineData("{_id: 1, a: [{$timestamp: {t: 0, i: 0}}]}", false)]
    [InlineData("{_id: 1, a: {$timestamp: {t: 0, i: 1}}}", false)]
    [InlineData("{_id: 1, a: {$numberLong: '0'}}", false)]
    public void Empty_timestamps_at_top_level_are_found(string document, bool found) =>
        InsertCommand.HasEmptyTimestamp(Bson.Bytes(document)).ShouldBe(found);
}
