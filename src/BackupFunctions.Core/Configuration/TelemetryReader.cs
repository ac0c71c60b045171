namespace BackupFunctions.Configuration;

/// <summary>Checks the settings of telemetry that others read: OpenTelemetry passes over what it does not understand.</summary>
internal static class TelemetryReader
{
    public static void Check(OptionsReader reader)
    {
        if (reader.Get(SettingNames.OtlpEndpoint) is { } text && !(Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")))
            reader.Problem(SettingNames.OtlpEndpoint, "is no address that begins with http:// or https://", "http://localhost:4317");
        if (reader.Get(SettingNames.OtlpProtocol) is { } protocol && protocol is not ("grpc" or "http/protobuf"))
            reader.Problem(SettingNames.OtlpProtocol, "is neither grpc nor http/protobuf", "grpc");
    }
}
