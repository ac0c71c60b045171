using System.Buffers.Binary;
using System.Text;
using CsCheck;

namespace BackupFunctions.Tests.MongoDump;

/// <summary>BSON made byte by byte, independently of the code under test, and generators of it.</summary>
internal static class BsonSamples
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 12],
        Gen.Const("\"\\/\b\f\n\r\t\u0001\u001f\u007f<>&\u2028\u2029 é 漢 😀"),
        Gen.Const("a\0b"));

    // a field that starts with a dollar sign may say a type in Extended JSON
    private static readonly Gen<string> Name = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 8], Gen.Const("a.b"), Gen.Const("-1"), Gen.Const("ü"), Gen.Const("$in"), Gen.Const("$regex"), Gen.Const("1.5"));

    private static readonly Gen<byte[]> Scalar = Gen.OneOf(
        Gen.Double.Where(d => !double.IsNaN(d)).Select(d => Value(1, BitConverter.GetBytes(d))),
        Gen.OneOf(0.0, -0.0, 1.0, 1e5, 1e6, 1e-4, 1e-5, 123456.7, 5e-324, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity)
            .Select(d => Value(1, BitConverter.GetBytes(d))),
        Gen.Const(Value(1, [0, 0, 0, 0, 0, 0, 0xF8, 0x7F])),
        Text.Select(s => Value(2, String(s))),
        Gen.Select(Gen.Byte.Where(t => t != 2), Gen.Byte.Array[0, 20], (t, b) => Value(5, Int32(b.Length), [t], b)),
        Gen.Byte.Array[0, 20].Select(b => Value(5, Int32(b.Length + 4), [2], Int32(b.Length), b)),
        Gen.Const(Value(6)),
        Gen.Byte.Array[12].Select(b => Value(7, b)),
        Gen.Bool.Select(b => Value(8, [b ? (byte)1 : (byte)0])),
        Gen.Long.Select(v => Value(9, BitConverter.GetBytes(v))),
        Gen.Const(Value(10)),
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 8], Gen.OneOf("", "i", "im", "imx"), (p, o) => Value(11, CString(p), CString(o))),
        Gen.Select(Text, Gen.Byte.Array[12], (s, id) => Value(12, String(s), id)),
        Text.Select(s => Value(13, String(s))),
        Text.Select(s => Value(14, String(s))),
        Gen.Int.Select(v => Value(16, Int32(v))),
        Gen.ULong.Select(v => Value(17, BitConverter.GetBytes(v))),
        Gen.Long.Select(v => Value(18, BitConverter.GetBytes(v))),
        Gen.Select(Gen.Bool, Gen.Int[-6176, 6111], Gen.Int[0, 34], Gen.ULong, Decimal),
        Gen.Const(Value(255)),
        Gen.Const(Value(127)));

    /// <summary>Documents with every type of value, nested a few levels.</summary>
    public static Gen<byte[]> Documents { get; } = Level(3);

    public static byte[] Document(params byte[][] elements)
    {
        var body = elements.SelectMany(e => e).ToArray();
        return [.. Int32(body.Length + 5), .. body, 0];
    }

    /// <summary>Type, name and value.</summary>
    public static byte[] Element(string name, byte[] typed) => [typed[0], .. CString(name), .. typed[1..]];

    /// <summary>A type byte and the bytes of its value.</summary>
    public static byte[] Value(byte type, params byte[][] parts) => [type, .. parts.SelectMany(p => p)];

    public static byte[] String(string text) => [.. Int32(Encoding.UTF8.GetByteCount(text) + 1), .. Encoding.UTF8.GetBytes(text), 0];

    public static byte[] CString(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    public static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] WithId(int id) => Document(Element("_id", Value(16, Int32(id))));

    private static Gen<byte[]> Level(int depth)
    {
        var value = depth == 0
            ? Scalar
            : Gen.Frequency(
                (6, Scalar),
                (1, Level(depth - 1).Select(d => Value(3, d))),
                (1, Scalar.Array[0, 4].Select(items => Value(4, Document([.. items.Select((v, i) => Element(i.ToString(), v))])))),
                (1, Gen.Select(Text, Level(depth - 1), Scope)));
        return Gen.Select(Name, value, Element).Array[0, 5].Select(Document);
    }

    private static byte[] Scope(string code, byte[] scope)
    {
        var text = String(code);
        return Value(15, Int32(4 + text.Length + scope.Length), text, scope);
    }

    /// <summary>A decimal of so many digits, whose exponent leaves room for them.</summary>
    private static byte[] Decimal(bool negative, int exponent, int digits, ulong seed)
    {
        var coefficient = new UInt128(seed * 0x9E3779B97F4A7C15, seed) % Power(digits);
        var high = ((ulong)(exponent + 6176) << 49) | (ulong)(coefficient >> 64) | (negative ? 1UL << 63 : 0);
        return Value(19, BitConverter.GetBytes((ulong)coefficient), BitConverter.GetBytes(high));
    }

    private static UInt128 Power(int digits)
    {
        UInt128 power = 1;
        for (var i = 0; i < digits; i++) power *= 10;
        return power;
    }
}
