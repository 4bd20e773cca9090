namespace Fuzz.Tests;

/// <summary>The fuzzer as a process of its own: a hang or a death ends that and not the tests.</summary>
internal static class FuzzProcess
{
    /// <summary>Runs it with a directory for what it finds.</summary>
    public static ToolResult Run(TempDirectory directory, params string[] arguments) =>
        ProcessRunner.TryRun("dotnet", [typeof(Targets.FuzzTarget).Assembly.Location, .. arguments, "--directory", directory.FullPath]);
}
