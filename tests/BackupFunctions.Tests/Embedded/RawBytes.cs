using System.Text;

namespace BackupFunctions.Tests.Embedded;

/// <summary>BSON put together byte by byte, for what the driver's object model cannot write.</summary>
internal static class RawBytes
{
    public static byte[] Document(params (byte Type, string Name, byte[] Value)[] elements)
    {
        var body = elements.SelectMany(e => (byte[])[e.Type, .. Encoding.UTF8.GetBytes(e.Name), 0, .. e.Value]).ToArray();
        return [.. Int(body.Length + 5), .. body, 0];
    }

    public static byte[] Int(int value) => BitConverter.GetBytes(value);

    public static byte[] Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        return [.. Int(bytes.Length + 1), .. bytes, 0];
    }

    public static byte[] CStrings(params string[] values) => [.. values.SelectMany(v => (byte[])[.. Encoding.UTF8.GetBytes(v), 0])];

    public static byte[] Binary(byte subtype, params byte[] data) => [.. Int(data.Length), subtype, .. data];

    public static byte[] CodeWithScope(string code, byte[] scope)
    {
        byte[] inner = [.. Text(code), .. scope];
        return [.. Int(inner.Length + 4), .. inner];
    }

    /// <summary>Values of every type that can be an <c>_id</c>, in the server's order, none equal to another.</summary>
    public static IReadOnlyList<(byte Type, byte[] Value)> Ordered { get; } =
    [
        (0xff, []),
        (0x0a, []),
        (0x01, BitConverter.GetBytes(double.NaN)),
        (0x01, BitConverter.GetBytes(double.NegativeInfinity)),
        (0x12, BitConverter.GetBytes(long.MinValue)),
        (0x10, Int(-5)),
        (0x13, [.. BitConverter.GetBytes(15UL), .. BitConverter.GetBytes(0xB03EUL << 48)]),
        (0x01, BitConverter.GetBytes(-0.0)),
        (0x01, BitConverter.GetBytes(double.Epsilon)),
        (0x10, Int(1)),
        (0x13, [.. BitConverter.GetBytes(11UL), .. BitConverter.GetBytes(0x303EUL << 48)]),
        (0x01, BitConverter.GetBytes(1.5)),
        (0x12, BitConverter.GetBytes(9007199254740992L)),
        (0x12, BitConverter.GetBytes(9007199254740993L)),
        (0x01, BitConverter.GetBytes(9007199254740994.0)),
        (0x12, BitConverter.GetBytes(long.MaxValue)),
        (0x01, BitConverter.GetBytes(9223372036854775808.0)),
        (0x13, [.. BitConverter.GetBytes(1UL), .. BitConverter.GetBytes((ulong)(6176 + 6000) << 49)]),
        (0x01, BitConverter.GetBytes(double.PositiveInfinity)),
        (0x02, Text("")),
        (0x0e, Text("a")),
        (0x02, Text("a\0b")),
        (0x02, Text("b")),
        (0x02, Text("é")),
        (0x03, Document()),
        (0x03, Document((0x10, "a", Int(1)))),
        (0x03, Document((0x10, "a", Int(1)), (0x10, "a", Int(1)))),
        (0x03, Document((0x10, "b", Int(0)))),
        (0x03, Document((0x02, "a", Text("")))),
        (0x05, Binary(0)),
        (0x05, Binary(0, 9)),
        (0x05, Binary(4, 1)),
        (0x05, Binary(0, 1, 2)),
        (0x07, new byte[12]),
        (0x07, [.. new byte[11], 1]),
        (0x08, [0]),
        (0x08, [1]),
        (0x09, BitConverter.GetBytes(long.MinValue)),
        (0x09, BitConverter.GetBytes(-1L)),
        (0x09, BitConverter.GetBytes(253402300800000L)),
        (0x11, BitConverter.GetBytes(0L)),
        (0x11, BitConverter.GetBytes(1L)),
        (0x11, BitConverter.GetBytes(1L << 32)),
        (0x11, BitConverter.GetBytes(-1L)),
        (0x0c, [.. Text("a"), .. new byte[12]]),
        (0x0c, [.. Text("aa"), .. new byte[12]]),
        (0x0d, Text("f()")),
        (0x0f, CodeWithScope("f()", Document())),
        (0x0f, CodeWithScope("f()", Document((0x10, "x", Int(1))))),
        (0x7f, []),
    ];
}
