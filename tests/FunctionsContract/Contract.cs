namespace Microsoft;

/// <summary>What every member that would do something does.</summary>
internal static class Contract
{
    public static NotSupportedException Only() => new("compile-time contract");
}
