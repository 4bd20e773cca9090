namespace Cli.Tests.Architecture;

internal static class Rules
{
    /// <summary>Fails with one line for each place that breaks a rule.</summary>
    public static void AssertKept(IEnumerable<string> broken)
    {
        var lines = broken.ToArray();
        if (lines.Length > 0)
            Assert.Fail($"{lines.Length} places break this rule:\n{string.Join('\n', lines)}");
    }
}
