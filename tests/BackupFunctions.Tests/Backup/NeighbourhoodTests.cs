using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using BackupFunctions.Tests.Mongo;
using CsCheck;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Backup;

public class NeighbourhoodTests
{
    [Fact]
    public void Every_range_gets_all_files_of_the_base_that_hold_any_of_its_documents()
    {
        var keys = Gen.Int[1, 40].HashSet[0, 12].Select(set => set.Order().ToArray());
        Gen.Select(keys, keys).Sample((splits, starts) =>
        {
            // base files start at these keys, the first at 0; ranges are cut at the others
            int[] files = [0, .. starts];
            var ranges = Ranges(splits);
            var assigned = Neighbourhoods.Assign(5, ranges, [.. files.Select(File)]).ToList();

            assigned.Select(r => r.Keys).ShouldBe(ranges);
            assigned.ShouldAllBe(r => r.Collection == 5);
            for (var i = 0; i < ranges.Count; i++)
            {
                var (from, to) = (i == 0 ? 0 : splits[i - 1], i == splits.Length ? 41 : splits[i]);
                for (var key = from; key < to; key++)
                {
                    var holder = Array.FindLastIndex(files, start => start <= key);
                    // a range that starts where no file starts may miss only what its neighbours' edges hide
                    assigned[i].BaseLists.ShouldContain(File(files[holder], holder).List, $"range {i} from {from} to {to}, key {key}");
                }
            }
        }, iter: 500);
    }

    [Fact]
    public void Ranges_that_start_where_files_start_share_no_file()
    {
        int[] files = [0, 10, 20, 30, 40];
        var assigned = Neighbourhoods.Assign(0, Ranges(10, 30), [.. files.Select(File)]).ToList();
        assigned.Select(r => r.BaseLists.Count).ShouldBe([1, 2, 2]);
        assigned.SelectMany(r => r.BaseLists).Distinct().Count().ShouldBe(5);
    }

    [Fact]
    public void Without_a_base_there_are_no_files() =>
        Neighbourhoods.Assign(0, Ranges(3, 7), []).ShouldAllBe(r => r.BaseLists.Count == 0);

    private static IndexedFile File(int start, int number) =>
        new(number, Cid.Raw(BitConverter.GetBytes(start)), 1, 1, 1, 1, default, Mongo.Bson.Id(start));

    private static IReadOnlyList<KeyRange> Ranges(params int[] splits)
    {
        RawBsonDocument?[] edges = [null, .. splits.Select(s => Mongo.Bson.Id(s)), null];
        return [.. edges.Zip(edges.Skip(1), (min, max) => new KeyRange(min, max))];
    }
}
