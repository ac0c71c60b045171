using System.Globalization;
using System.Text.Json;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>
/// Turns Extended JSON into BSON bytes in one pass. The driver's reader changes what it reads (it sorts regular expression options and
/// refuses dates and binary values that servers accept), so that documents would not come back equal.
/// </summary>
internal ref struct ExtendedJsonReader(ReadOnlySpan<byte> json, BsonOutput output)
{
    // canonical forms nest up to three objects inside the innermost document
    private const int MaxJsonDepth = BsonValidator.MaxDepth + 8;
    private readonly BsonOutput _output = output;
    private Utf8JsonReader _json = new(json, new JsonReaderOptions { MaxDepth = MaxJsonDepth });

    /// <summary>Bytes read so far.</summary>
    public readonly long Offset => _json.TokenStartIndex;

    /// <summary>Reads the one object of the text.</summary>
    public byte[] ReadDocument()
    {
        Next();
        if (_json.TokenType != JsonTokenType.StartObject) throw new FormatException("expected an object");
        Next();
        Fields();
        if (_json.Read()) throw new FormatException("expected the end");
        return _output.Written.ToArray();
    }

    /// <summary>The fields of a document, from the token after its opening brace.</summary>
    private void Fields()
    {
        _output.Open();
        for (; _json.TokenType != JsonTokenType.EndObject; Next())
        {
            var name = _json.GetString()!;
            Next();
            Value(name);
        }
        _output.Close();
    }

    private void Value(string name)
    {
        switch (_json.TokenType)
        {
            case JsonTokenType.StartObject:
                Next();
                if (_json.TokenType == JsonTokenType.PropertyName && ExtendedJsonTypes.IsWrapper(_json.ValueSpan))
                {
                    Wrapper(name);
                    break;
                }
                _output.Element(BsonType.Document, name);
                Fields();
                break;
            case JsonTokenType.StartArray:
                _output.Element(BsonType.Array, name);
                _output.Open();
                Next();
                for (var i = 0; _json.TokenType != JsonTokenType.EndArray; i++, Next()) Value(i.ToString(CultureInfo.InvariantCulture));
                _output.Close();
                break;
            case JsonTokenType.String:
                _output.Element(BsonType.String, name);
                _output.String(_json.GetString()!);
                break;
            case JsonTokenType.Number:
                Number(name);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                _output.Element(BsonType.Boolean, name);
                _output.Byte(_json.TokenType == JsonTokenType.True ? (byte)1 : (byte)0);
                break;
            case JsonTokenType.Null:
                _output.Element(BsonType.Null, name);
                break;
            default:
                throw new FormatException("expected a value");
        }
    }

    /// <summary>A plain number: the smallest of int32 and int64 that holds it, a double when written as one or too large.</summary>
    private void Number(string name)
    {
        if (_json.TryGetInt32(out var int32))
        {
            _output.Element(BsonType.Int32, name);
            _output.Int32(int32);
        }
        else if (_json.TryGetInt64(out var int64))
        {
            _output.Element(BsonType.Int64, name);
            _output.Int64(int64);
        }
        else
        {
            _output.Element(BsonType.Double, name);
            _output.Int64(BitConverter.DoubleToInt64Bits(_json.GetDouble()));
        }
    }

    /// <summary>A value such as <c>{"$numberLong":"5"}</c>, from the token of its first name to its closing brace.</summary>
    private void Wrapper(string name)
    {
        var key = _json.GetString()!;
        if (key == "$code")
        {
            Code(name);
            return;
        }
        var fields = new List<KeyValuePair<string, object>>();
        Collect(fields, 0);
        ExtendedJsonTypes.Write(_output, name, key, fields);
    }

    private void Code(string name)
    {
        Next();
        var code = _json.TokenType == JsonTokenType.String ? _json.GetString()! : throw new FormatException("$code is no string");
        Next();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            _output.Element(BsonType.JavaScript, name);
            _output.String(code);
            return;
        }
        if (!_json.ValueTextEquals("$scope"u8)) throw new FormatException("$code has a field other than $scope");
        _output.Element(BsonType.JavaScriptWithScope, name);
        _output.Open();
        _output.String(code);
        Next();
        if (_json.TokenType != JsonTokenType.StartObject) throw new FormatException("$scope is no object");
        Next();
        Fields();
        _output.Close(zero: false);
        Next();
        if (_json.TokenType != JsonTokenType.EndObject) throw new FormatException("$code has more than $scope");
    }

    /// <summary>The fields of a wrapper as strings (also for numbers), booleans and nested lists, up to its closing brace.</summary>
    private void Collect(List<KeyValuePair<string, object>> fields, int depth)
    {
        if (depth > 2) throw new FormatException("value of a type key is nested too deeply");
        for (; _json.TokenType != JsonTokenType.EndObject; Next())
        {
            var key = _json.GetString()!;
            Next();
            object value;
            switch (_json.TokenType)
            {
                case JsonTokenType.String:
                    value = _json.GetString()!;
                    break;
                case JsonTokenType.Number:
                    value = System.Text.Encoding.UTF8.GetString(_json.ValueSpan);
                    break;
                case JsonTokenType.True:
                    value = true;
                    break;
                case JsonTokenType.StartObject:
                    var nested = new List<KeyValuePair<string, object>>();
                    Next();
                    Collect(nested, depth + 1);
                    value = nested;
                    break;
                default:
                    throw new FormatException($"value of {key} is of no expected type");
            }
            fields.Add(new(key, value));
        }
    }

    private void Next()
    {
        if (!_json.Read()) throw new FormatException("text ends too early");
    }
}
