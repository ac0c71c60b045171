using BackupFunctions.Telemetry;

namespace BackupFunctions.EndToEnd.Telemetry;

public sealed class RollingLogFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-log-");

    private string Log => Path.Combine(_directory.FullName, "a", "log.json");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Files_are_bounded_in_size_and_number_and_the_newest_lines_stay()
    {
        using var log = new RollingLogFile(Log, maxBytes: 100, kept: 2);
        for (var i = 0; i < 100; i++) log.WriteLine($"line {i:000}");
        var files = Directory.GetFiles(Path.GetDirectoryName(Log)!).Order(StringComparer.Ordinal).ToList();
        files.ShouldBe([Log, $"{Log}.1", $"{Log}.2"]);
        files.ShouldAllBe(f => new FileInfo(f).Length <= 100);
        var lines = new[] { $"{Log}.2", $"{Log}.1", Log }.SelectMany(File.ReadAllLines).ToList();
        lines.ShouldBe(Enumerable.Range(100 - lines.Count, lines.Count).Select(i => $"line {i:000}"));
    }

    [Fact]
    public void A_line_that_is_larger_than_a_file_is_written_all_the_same()
    {
        using var log = new RollingLogFile(Log, maxBytes: 10, kept: 1);
        log.WriteLine(new string('x', 50));
        log.WriteLine("y");
        (File.ReadAllText($"{Log}.1").Length, File.ReadAllText(Log)).ShouldBe((51, "y\n"));
    }

    [Fact]
    public void A_file_that_cannot_be_written_harms_nothing()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "a"), "in the way");
        using var log = new RollingLogFile(Log);
        log.WriteLine("lost");
    }

    [Fact]
    public async Task Two_writers_share_a_file_line_by_line()
    {
        using RollingLogFile first = new(Log), second = new(Log);
        await Task.WhenAll(Task.Run(() => Write(first, "first")), Task.Run(() => Write(second, "second")));
        var lines = await File.ReadAllLinesAsync(Log, TestContext.Current.CancellationToken);
        lines.Order().ShouldBe(Enumerable.Range(0, 50).SelectMany(i => new[] { $"first {i:00}", $"second {i:00}" }).Order());

        static void Write(RollingLogFile log, string name)
        {
            for (var i = 0; i < 50; i++) log.WriteLine($"{name} {i:00}");
        }
    }
}
