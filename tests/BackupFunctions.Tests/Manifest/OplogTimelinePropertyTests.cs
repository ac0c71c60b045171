using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using CsCheck;
using static BackupFunctions.Tests.Manifest.OplogEntries;

namespace BackupFunctions.Tests.Manifest;

/// <summary>Random chains against an oracle that walks entry by entry instead of by marks.</summary>
public class OplogTimelinePropertyTests
{
    private const int Entries = 14;

    private static readonly Gen<(int From, int To, int Consistent, int Branch)> Stretch =
        Gen.Select(Gen.Int[0, Entries - 1], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 9]).Select(s => (s.Item1, Math.Min(Entries, s.Item1 + s.Item2), s.Item3, s.Item4));

    [Fact]
    public void Windows_and_paths_are_those_of_an_oracle_that_walks_entry_by_entry() =>
        Gen.Select(Stretch.Array[0, 3], Stretch.Array[0, 8], Stretch.Array[0, 3]).Sample(sample =>
        {
            var (fulls, slices, covered) = sample;
            BackupEntry[] backups =
            [
                .. fulls.Select((f, i) => Full(i + 1, 2 * f.From, 2 * f.To, Math.Min(2 * f.To, (2 * f.From) + (2 * f.Consistent)))),
                // one in ten begins in another history
                .. slices.Select((s, i) => Slice(100 + i, Mark(2 * s.From, s.Branch == 0 ? 1 : 0), Mark(2 * s.To))),
            ];
            var coverage = covered.Select(c => Covered(2 * c.From, 2 * c.To)).ToArray();
            var timeline = new OplogTimeline(backups, coverage, []);
            for (var second = 0; second <= (2 * Entries) + 1; second++)
            {
                var reachable = backups.Any(f => f.Type == BackupType.Full && Reaches(f, second, backups, coverage));
                timeline.Windows.Any(w => w.From.Seconds <= second && second <= w.To.Seconds).ShouldBe(reachable);
                var (exact, whole) = (Find(timeline, RestorePoint.At(new((uint)second, 1))), Find(timeline, RestorePoint.EndOf(DateTimeOffset.FromUnixTimeSeconds(second))));
                (exact is not null).ShouldBe(reachable);
                (whole is not null).ShouldBe(backups.Any(f => f.Type == BackupType.Full && f.ConsistentAt!.Seconds <= second && Reaches(f, Math.Max(second + 1, (int)f.ConsistentAt!.Seconds), backups, coverage)));
                foreach (var path in new[] { exact, whole }.OfType<RestorePath>()) Check(path, coverage);
            }
        });

    // every entry from the full backup's end to the target is in a slice or a stretch that holds nothing, and each begins where something else ends
    private static bool Reaches(BackupEntry full, int second, BackupEntry[] backups, CoverageAdvanced[] coverage)
    {
        if (full.ConsistentAt!.Seconds > second) return false;
        var ends = new HashSet<string> { Name(full.Oplog!.Through) };
        var furthest = (int)full.Oplog.Through.Optime.Seconds;
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var (after, through) in backups.Where(b => b.Type == BackupType.Incremental).Select(b => (b.Oplog!.After, b.Oplog.Through)).Concat(coverage.Select(c => (c.After, c.Through))))
            {
                if (!ends.Contains(Name(after)) || after.Optime.Seconds >= through.Optime.Seconds || !ends.Add(Name(through))) continue;
                furthest = Math.Max(furthest, (int)through.Optime.Seconds);
                grown = true;
            }
        }
        return second <= furthest;
    }

    private static void Check(RestorePath path, CoverageAdvanced[] coverage)
    {
        (path.Full.ConsistentAt! <= path.Point.Latest).ShouldBeTrue();
        var at = path.Full.Oplog!.Through;
        foreach (var slice in path.Slices)
        {
            Bridged(at, coverage).ShouldContain(slice.Oplog!.After);
            (slice.Oplog.After.Optime < path.Point.Needed).ShouldBeTrue("no slice too many");
            at = slice.Oplog.Through;
        }
        Bridged(at, coverage).ShouldContain(m => m.Optime >= path.Point.Needed);
    }

    private static HashSet<BackupFunctions.Mongo.OplogMark> Bridged(BackupFunctions.Mongo.OplogMark from, CoverageAdvanced[] coverage)
    {
        var marks = new HashSet<BackupFunctions.Mongo.OplogMark> { from };
        for (var i = 0; i < coverage.Length; i++)
            foreach (var stretch in coverage.Where(c => marks.Contains(c.After))) marks.Add(stretch.Through);
        return marks;
    }

    private static string Name(BackupFunctions.Mongo.OplogMark mark) => $"{mark.Optime}/{mark.Sha256}";

    private static RestorePath? Find(OplogTimeline timeline, RestorePoint point)
    {
        try
        {
            return timeline.Find(point);
        }
        catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.OplogGap)
        {
            return null;
        }
    }
}
