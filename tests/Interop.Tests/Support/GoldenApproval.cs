namespace Interop.Tests.Support;

/// <summary>Whether `make approve-golden` runs: what the tests see now becomes what they expect, in testdata/golden/.</summary>
internal static class GoldenApproval
{
    /// <summary>Set by the make target.</summary>
    public static bool Approving { get; } = Environment.GetEnvironmentVariable("APPROVE_GOLDEN") == "1";
}
