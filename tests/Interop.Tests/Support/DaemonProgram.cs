using System.Reflection;

namespace Interop.Tests.Support;

/// <summary>The daemon that was built with these tests.</summary>
internal static class DaemonProgram
{
    private static readonly string s_assembly = Repository.PathOf(
        $"src/Cli/Daemon/bin/{typeof(DaemonProgram).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration}/net10.0/layerstore-daemon.dll");

    /// <summary>The program to start, and what stands before its own arguments.</summary>
    public static IReadOnlyList<string> Words { get; } = ["dotnet", "exec", s_assembly];
}
