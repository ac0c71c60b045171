using BackupFunctions.Ambient;
using BackupFunctions.Api.Restores;
using BackupFunctions.Encryption;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>Where a restore writes to, as a journal keeps it.</summary>
public sealed class RestoreTargetTests
{
    private const string Target = "mongodb://ada:pa55word-of-ada@db.example:27017/?replicaSet=rs0";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_opens_with_the_key_or_passphrase_that_sealed_it_alone(bool passphrase)
    {
        var keys = Keys(passphrase, "first");
        var target = await RestoreTarget.Seal(Target, keys, new SystemRandomSource(), Cancellation);
        target.ToString().ShouldNotContain("pa55word");
        target.Shown.ShouldContain("db.example:27017");
        (await target.Open(Keys(passphrase, "first"), Cancellation)).ShouldBe(Target);
        foreach (var other in new[] { Keys(passphrase, "second"), Keys(!passphrase, "first") })
            (await Should.ThrowAsync<BackupException>(() => target.Open(other, Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);
    }

    [Fact]
    public async Task Each_is_sealed_anew_and_a_changed_one_does_not_open()
    {
        var keys = Keys(passphrase: true, "first");
        var (one, two) = (await RestoreTarget.Seal(Target, keys, new SystemRandomSource(), Cancellation), await RestoreTarget.Seal(Target, keys, new SystemRandomSource(), Cancellation));
        one.Sealed.ShouldNotBe(two.Sealed);
        var bytes = Convert.FromBase64String(one.Sealed);
        foreach (var at in new[] { 0, bytes.Length / 2, bytes.Length - 1 })
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 1;
            (await Should.ThrowAsync<BackupException>(() => (one with { Sealed = Convert.ToBase64String(changed) }).Open(keys, Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);
        }
        (await Should.ThrowAsync<BackupException>(() => (one with { Sealed = "AAAA" }).Open(keys, Cancellation))).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    private static IKeySource Keys(bool passphrase, string name) => passphrase
        ? PassphraseKeySource.FromValue("BACKUP_ENCRYPTION_PASSPHRASE", $"correct horse battery staple {name}")
        : new ValueKeySource("BACKUP_ENCRYPTION_KEY", Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))));
}
