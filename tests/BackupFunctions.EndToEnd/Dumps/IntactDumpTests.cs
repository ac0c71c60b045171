namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>Every intact real dump goes into a server, into a backup, is dropped, comes back from the nodes, and comes out as a dump again.</summary>
[Collection(ScratchServer.TestCollection)]
public class IntactDumpTests
{
    [Theory]
    [MemberData(nameof(DumpCases.Names), MemberType = typeof(DumpCases))]
    public async Task A_dump_comes_back_from_its_backup_byte_for_byte(string name)
    {
        var dump = DumpCases.Get(name);
        await DumpJourney.Run(DumpLibrary.Find(dump.Path), dump);
    }

    [Fact]
    public async Task Collections_and_indexes_of_every_kind_come_back_and_a_capped_one_in_its_own_order()
    {
        var root = Directory.CreateTempSubdirectory("backupfunctions-made-");
        try
        {
            MadeDump.Write(root.FullName);
            await DumpJourney.Run(root.FullName, new DumpCase(root.FullName, DumpShape.Directory));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
