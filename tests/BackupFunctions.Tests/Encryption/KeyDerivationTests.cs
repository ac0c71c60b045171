using BackupFunctions.Encryption;

namespace BackupFunctions.Tests.Encryption;

public class KeyDerivationTests
{
    public sealed record KeyVector(string Root, string Repository, uint Epoch, string Siv, string Enc, string Pid, string Cut);

    [Fact]
    public void Every_key_is_that_of_the_vectors()
    {
        var vectors = VectorFile.Read<KeyVector[]>("keys");
        vectors.Length.ShouldBeGreaterThan(3);
        foreach (var vector in vectors)
        {
            Derive(vector, KeyPurpose.Siv).ShouldBe(vector.Siv);
            Derive(vector, KeyPurpose.Enc).ShouldBe(vector.Enc);
            Derive(vector, KeyPurpose.Pid).ShouldBe(vector.Pid);
            Derive(vector, KeyPurpose.Cut).ShouldBe(vector.Cut);
        }
    }

    [Fact]
    public void Disposed_keys_cannot_be_used()
    {
        var keys = TestKeys.Create();
        keys.Dispose();
        Should.Throw<ObjectDisposedException>(() => new BlockSealer(keys));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void A_root_of_another_length_is_refused(int length) =>
        Should.Throw<ArgumentException>(() => RepositoryKeys.Create(new byte[length], new(TestKeys.Repository), 1));

    private static string Derive(KeyVector vector, KeyPurpose purpose)
    {
        var key = new byte[32];
        KeyDerivation.Derive(Convert.FromHexString(vector.Root), purpose, RepositoryId.Parse(vector.Repository), vector.Epoch, key);
        return Convert.ToHexStringLower(key);
    }
}
