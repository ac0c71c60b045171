using BackupFunctions.Encryption;

namespace BackupFunctions.Tests.Encryption;

/// <summary>One repository with fixed keys.</summary>
internal static class TestKeys
{
    public static readonly byte[] Root = new SeededRandomSource(1).Bytes(32);
    public static readonly byte[] Repository = new SeededRandomSource(2).Bytes(16);

    public static RepositoryKeys Create(uint epoch = 1) => RepositoryKeys.Create(Root, new(Repository), epoch);

    public static FormatOracle Oracle(uint epoch = 1) => new(Root, Repository, epoch);

    public static BackupException Corrupt(Action action)
    {
        var error = Should.Throw<BackupException>(action);
        error.Kind.ShouldBe(ErrorKind.Corrupt, error.Message);
        return error;
    }
}
