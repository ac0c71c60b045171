using System.Text;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Update;

/// <summary>What a modification may need to know.</summary>
internal sealed record UpdateContext(WriteUnit Unit, bool Inserting);

/// <summary>One operator on one path of a document.</summary>
internal abstract class Modification(byte[][] path)
{
    public byte[][] Path => path;

    public string Name => string.Join('.', path.Select(Encoding.UTF8.GetString));

    /// <summary>Further paths that it changes.</summary>
    public virtual byte[][]? OtherPath => null;

    public abstract void Apply(UpdateNode root, UpdateContext context);
}
