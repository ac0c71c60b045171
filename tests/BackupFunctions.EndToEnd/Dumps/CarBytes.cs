namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>A CAR file in memory, and where its sections start: each a varint of its length, a CID of 36 bytes, and the data.</summary>
internal sealed record CarBytes(byte[] Bytes, IReadOnlyList<int> Sections)
{
    private const int CidLength = 36;

    public static async Task<CarBytes> Read(string path, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        var sections = new List<int>();
        for (var at = End(bytes, 0); at < bytes.Length; at = End(bytes, at)) sections.Add(at);
        return new(bytes, sections);
    }

    public byte[] Flipped(int at)
    {
        var changed = Bytes.ToArray();
        changed[at] ^= 1;
        return changed;
    }

    /// <summary>The sections in reverse.</summary>
    public byte[] Turned() => [.. Bytes[..Sections[0]], .. Sections.Reverse().SelectMany(at => Bytes[at..End(Bytes, at)])];

    /// <summary>The data of the two longest blocks under each other's CID.</summary>
    public byte[] WithSwappedData()
    {
        var longest = Sections.OrderByDescending(at => End(Bytes, at) - at).Take(2).Order().ToList();
        var (first, second) = (Section(longest[0]), Section(longest[1]));
        return
        [
            .. Bytes[..longest[0]], .. Pack(first.Cid, second.Data), .. Bytes[End(Bytes, longest[0])..longest[1]], .. Pack(second.Cid, first.Data), .. Bytes[End(Bytes, longest[1])..],
        ];
    }

    private (byte[] Cid, byte[] Data) Section(int at)
    {
        var start = Start(Bytes, at).Start;
        return (Bytes[start..(start + CidLength)], Bytes[(start + CidLength)..End(Bytes, at)]);
    }

    private static byte[] Pack(byte[] cid, byte[] data)
    {
        var head = new List<byte>();
        var length = cid.Length + data.Length;
        for (; length > 127; length >>= 7) head.Add((byte)(length | 128));
        return [.. head, (byte)length, .. cid, .. data];
    }

    private static int End(byte[] bytes, int at)
    {
        var (start, length) = Start(bytes, at);
        return start + length;
    }

    private static (int Start, int Length) Start(byte[] bytes, int at)
    {
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = bytes[at++];
            length |= (part & 127) << shift;
            if (part < 128) return (at, length);
        }
    }
}
