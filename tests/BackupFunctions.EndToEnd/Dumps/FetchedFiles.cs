using BackupFunctions.Encryption;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>A copy of a fetched backup, to be damaged.</summary>
internal sealed class FetchedFiles
{
    private FetchedFiles(string root) => Root = root;

    public string Root { get; }

    public static FetchedFiles Copy(string source, string target)
    {
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
        return new(target);
    }

    public byte[] Read(string name) => File.ReadAllBytes(At(name));

    public void Delete(string name) => File.Delete(At(name));

    public void DeleteDirectory(string name) => Directory.Delete(At(name), recursive: true);

    public void Change(string name, Func<byte[], byte[]> change) => File.WriteAllBytes(At(name), change(Read(name)));

    /// <summary>Flips a bit in the middle.</summary>
    public void Flip(string name) => Change(name, bytes =>
    {
        bytes[bytes.Length / 2] ^= 16;
        return bytes;
    });

    /// <summary>Changes the list of the sealed blocks that the file is made of.</summary>
    public void ChangeBlocks(string name, Func<byte[][], byte[][]> change) => Change(name, bytes =>
    {
        var blocks = new List<byte[]>();
        for (var at = 0; at < bytes.Length; at += blocks[^1].Length) blocks.Add(bytes.AsSpan(at, BlockHeader.Parse(bytes.AsSpan(at)).BlockLength).ToArray());
        blocks.Count.ShouldBeGreaterThan(2);
        return [.. change([.. blocks]).SelectMany(b => b)];
    });

    public void Swap(string one, string two)
    {
        var (first, second) = (Read(one), Read(two));
        File.WriteAllBytes(At(one), second);
        File.WriteAllBytes(At(two), first);
    }

    private string At(string name) => Path.Combine([Root, .. name.Split('/')]);
}
