using System.Reflection;

namespace Interop.Tests.Support;

/// <summary>The command line that was built with these tests.</summary>
internal static class CliProgram
{
    // The configuration (Debug, Release) that these tests were built in is the one that the program was built in.
    private static readonly string s_assembly = Repository.PathOf(
        $"src/Cli/bin/{typeof(CliProgram).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration}/net10.0/layerstore-cli.dll");

    /// <summary>The program to start, and what stands before its own arguments.</summary>
    public static IReadOnlyList<string> Words { get; } = ["dotnet", "exec", s_assembly];

    /// <summary>A command of it.</summary>
    public static ToolCommand Command(params string[] arguments) => new(Words[0], [.. Words.Skip(1), .. arguments]);
}
