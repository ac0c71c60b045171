using System.Text.Json.Serialization;

namespace BackupFunctions.Encryption;

internal sealed record KeyringJson(int Format, string Repository, uint[] Epochs, KeySlotJson?[] Slots);

internal sealed record KeySlotJson(string Id, string Kind, uint Epoch, byte[] Block);

[JsonSerializable(typeof(KeyringJson))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
internal sealed partial class KeyringJsonContext : JsonSerializerContext;
