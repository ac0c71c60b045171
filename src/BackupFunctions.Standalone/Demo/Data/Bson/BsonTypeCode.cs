namespace BackupFunctions.Standalone.Demo.Data.Bson;

/// <summary>The type bytes of BSON, the deprecated ones among them (bsonspec.org).</summary>
internal static class BsonTypeCode
{
    public const byte
        Double = 0x01,
        String = 0x02,
        Document = 0x03,
        Array = 0x04,
        Binary = 0x05,
        Undefined = 0x06,
        ObjectId = 0x07,
        Boolean = 0x08,
        DateTime = 0x09,
        Null = 0x0A,
        RegularExpression = 0x0B,
        DbPointer = 0x0C,
        JavaScript = 0x0D,
        Symbol = 0x0E,
        JavaScriptWithScope = 0x0F,
        Int32 = 0x10,
        Timestamp = 0x11,
        Int64 = 0x12,
        Decimal128 = 0x13,
        MaxKey = 0x7F,
        MinKey = 0xFF;
}
