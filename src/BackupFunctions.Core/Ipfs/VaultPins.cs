using System.Runtime.CompilerServices;
using System.Text;
using BackupFunctions.Ambient;

namespace BackupFunctions.Ipfs;

/// <summary>
/// The pins of a vault: <c>pins/&lt;root CID&gt;</c>, each a file that holds the pin's name. Errors are those of <see cref="IFiles"/>.
/// </summary>
internal sealed class VaultPins(string directory, IFiles files)
{
    public bool Has(Cid root) => files.Exists(PathOf(root));

    public void Add(Cid root, string name)
    {
        using var file = files.Create(PathOf(root));
        file.Stream.Write(Encoding.UTF8.GetBytes(name));
        file.Commit();
    }

    public void Remove(Cid root) => files.Delete(PathOf(root));

    /// <summary>All pins; files that are not named by a CID are no pins, and a pin that goes while this runs is left out.</summary>
    public async IAsyncEnumerable<PinnedRoot> List([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var path in files.List(directory))
        {
            if (!Cid.TryParse(Path.GetFileName(path), out var root)) continue;
            if (await ReadName(path, cancellationToken) is { } name) yield return new(root, name);
        }
    }

    private async Task<string?> ReadName(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = files.OpenRead(path);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadToEndAsync(cancellationToken);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string PathOf(Cid root) => Path.Combine(directory, root.ToString());
}
