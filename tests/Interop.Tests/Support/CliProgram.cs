namespace Interop.Tests.Support;

/// <summary>The command line under test (<see cref="BuiltProgram"/>).</summary>
internal static class CliProgram
{
    /// <summary>The program to start, and what stands before its own arguments.</summary>
    public static IReadOnlyList<string> Words { get; } = BuiltProgram.Find("layerstore", "src/Cli", "layerstore-cli");

    /// <summary>A command of it.</summary>
    public static ToolCommand Command(params string[] arguments) => new(Words[0], [.. Words.Skip(1), .. arguments]);
}
