using BackupFunctions.Restore;

namespace BackupFunctions.Tests.Restore.Replay;

public class LoggedUpdateTests
{
    [Theory]
    [InlineData("{_id: 1, a: 1}", "{$set: {a: 2}}", "{_id: 1, a: 2}")]
    [InlineData("{_id: 1, a: 1}", "{$v: 1, $set: {a: 2}}", "{_id: 1, a: 2}")]
    [InlineData("{_id: 1, a: 1, b: 2}", "{$v: 1, $unset: {a: true}}", "{_id: 1, b: 2}")]
    [InlineData("{_id: 1}", "{$v: 1, $set: {z: 1, b: 2, a: 3}}", "{_id: 1, a: 3, b: 2, z: 1}")]
    [InlineData("{_id: 1, a: {b: 1}}", "{$set: {'a.b': 2, 'a.c': 3}}", "{_id: 1, a: {b: 2, c: 3}}")]
    [InlineData("{_id: 1}", "{$set: {'a.b.c': 1}}", "{_id: 1, a: {b: {c: 1}}}")]
    [InlineData("{_id: 1, a: [1, 2]}", "{$set: {'a.0': 9}}", "{_id: 1, a: [9, 2]}")]
    [InlineData("{_id: 1, a: [1]}", "{$set: {'a.3': 9, 'a.10': 8}}", "{_id: 1, a: [1, null, null, 9, null, null, null, null, null, null, 8]}")]
    [InlineData("{_id: 1, a: [{x: 1}]}", "{$set: {'a.0.y': 2}, $unset: {'a.0.x': true}}", "{_id: 1, a: [{y: 2}]}")]
    [InlineData("{_id: 1, a: [1, 2]}", "{$unset: {'a.0': true}}", "{_id: 1, a: [null, 2]}")]
    [InlineData("{_id: 1, a: {b: 1}}", "{$unset: {'a.b': true, 'x.y': true}}", "{_id: 1, a: {}}")]
    public void Modifiers_set_and_unset_by_path(string before, string update, string after) => Apply(before, update).ShouldBe(Mongo.Bson.Bytes(after));

    [Theory]
    [InlineData("{_id: 1, a: 5}", "{$set: {'a.b': 1}}")]
    [InlineData("{_id: 1, a: null}", "{$set: {'a.b': 1}}")]
    [InlineData("{_id: 1, a: [1]}", "{$set: {'a.b': 1}}")]
    public void A_path_through_a_value_that_a_later_operation_put_there_changes_nothing(string before, string update) =>
        Apply(before, update).ShouldBe(Mongo.Bson.Bytes(before));

    [Fact]
    public void A_delta_has_version_2() =>
        Apply("{_id: 1, a: 1}", "{$v: 2, diff: {u: {a: 2}}}").ShouldBe(Mongo.Bson.Bytes("{_id: 1, a: 2}"));

    [Theory]
    [InlineData("{_id: 1, b: 2}")]
    [InlineData("{b: 2}")]
    [InlineData("{b: 2, _id: 1}")]
    public void A_replacement_keeps_the_id_in_front(string update) => Apply("{_id: 1, a: 1}", update).ShouldBe(Mongo.Bson.Bytes("{_id: 1, b: 2}"));

    [Theory]
    [InlineData("{$inc: {a: 1}}")]
    [InlineData("{$v: 3, $set: {a: 1}}")]
    [InlineData("{$v: 2}")]
    public void An_update_of_an_unknown_form_is_an_error(string update) =>
        Should.Throw<BackupException>(() => Apply("{_id: 1}", update)).Kind.ShouldBe(ErrorKind.Corrupt);

    private static byte[] Apply(string before, string update) =>
        LoggedUpdate.Apply(Mongo.Bson.Bytes(before), Mongo.Bson.Bytes(update), Mongo.Bson.Bytes("{_id: 1}")).ToArray();
}
