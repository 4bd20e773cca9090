using Fuzz.Engine;

namespace Fuzz.Targets;

/// <summary>Rules that targets state.</summary>
internal static class Rule
{
    /// <summary>States a rule.</summary>
    public static void Holds(bool condition, string rule, string detail = "")
    {
        if (!condition)
        {
            throw new OracleException(rule, detail);
        }
    }

    /// <summary>States that two results are the same bytes.</summary>
    public static void Same(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string rule)
    {
        if (!expected.SequenceEqual(actual))
        {
            int at = expected.CommonPrefixLength(actual);
            throw new OracleException(rule, $"from byte {at} of {expected.Length} and {actual.Length}:\n{Show(expected, at)}\n{Show(actual, at)}");
        }
    }

    private static string Show(ReadOnlySpan<byte> bytes, int at)
    {
        int start = Math.Max(0, at - 100);
        return LayerStore.Printable.Bytes(bytes[start..Math.Min(bytes.Length, at + 300)]);
    }
}
