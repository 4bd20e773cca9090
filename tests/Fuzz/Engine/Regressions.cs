using TestSupport;

namespace Fuzz.Engine;

/// <summary>The inputs that showed a fault once: a directory for each target. The tests run them all, and every campaign begins with them.</summary>
internal static class Regressions
{
    /// <summary>Where they are.</summary>
    public static string Root { get; } = Repository.PathOf("tests/Fuzz/regressions");
}
