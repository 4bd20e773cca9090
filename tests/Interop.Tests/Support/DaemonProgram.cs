namespace Interop.Tests.Support;

/// <summary>The daemon under test (<see cref="BuiltProgram"/>).</summary>
internal static class DaemonProgram
{
    /// <summary>The program to start, and what stands before its own arguments.</summary>
    public static IReadOnlyList<string> Words { get; } = BuiltProgram.Find("lib/daemon/layerstore-daemon", "src/Cli/Daemon", "layerstore-daemon");

    /// <summary>The same as one file, for what wants a program without arguments: <c>LAYERSTORE_DAEMON</c> of <c>layerstore serve</c>.</summary>
    /// <param name="path">The file to write.</param>
    public static string WriteScript(string path) => BuiltProgram.WriteScript(path, Words);
}
