using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupFunctions.Backup;

/// <summary>
/// 16 bytes that name a backup for ever: a UUID version 7 (RFC 9562), 48 bits of Unix milliseconds and 74 random ones, so that ids sort by
/// time. Written as 32 lower-case hex digits.
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly record struct BackupId : IComparable<BackupId>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 16;

    private readonly UInt128 _value;

    /// <summary>Reads exactly 16 bytes.</summary>
    public BackupId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"a backup id has {Size} bytes, got {bytes.Length}", nameof(bytes));
        _value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>The id of a backup that starts at this time; <paramref name="unique"/> gives the random bits.</summary>
    public static BackupId At(DateTimeOffset start, Guid unique)
    {
        Span<byte> bytes = stackalloc byte[Size];
        unique.TryWriteBytes(bytes, bigEndian: true, out _);
        Span<byte> milliseconds = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(milliseconds, start.ToUnixTimeMilliseconds());
        milliseconds[2..].CopyTo(bytes);
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new(bytes);
    }

    /// <summary>Parses 32 hex digits; false when it is anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BackupId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is not { Length: 2 * Size } || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        id = new(bytes);
        return true;
    }

    /// <summary>Parses 32 hex digits.</summary>
    public static BackupId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"not a backup id: '{text}'");

    /// <summary>When the backup started, by the clock of its host.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds((long)(_value >> 80));

    /// <summary>The 16 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
        return bytes;
    }

    /// <inheritdoc/>
    public int CompareTo(BackupId other) => _value.CompareTo(other._value);

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>Orders by bytes, so by time.</summary>
    public static bool operator <(BackupId left, BackupId right) => left.CompareTo(right) < 0;

    /// <summary>Orders by bytes, so by time.</summary>
    public static bool operator >(BackupId left, BackupId right) => left.CompareTo(right) > 0;

    /// <summary>Orders by bytes, so by time.</summary>
    public static bool operator <=(BackupId left, BackupId right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by bytes, so by time.</summary>
    public static bool operator >=(BackupId left, BackupId right) => left.CompareTo(right) >= 0;

    private sealed class Converter : JsonConverter<BackupId>
    {
        public override BackupId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var id) ? id : throw new JsonException("not a backup id");

        public override void Write(Utf8JsonWriter writer, BackupId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
