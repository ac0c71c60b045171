namespace BackupFunctions.Embedded.Storage;

/// <summary>A stored document; ids ascend in natural order.</summary>
internal readonly record struct Record(long Id, byte[] Bytes)
{
    public RawValue Document => RawValue.Document(Bytes);

    internal sealed class Order : IComparer<Record>
    {
        public static readonly Order Instance = new();

        public int Compare(Record x, Record y) => x.Id.CompareTo(y.Id);
    }
}
