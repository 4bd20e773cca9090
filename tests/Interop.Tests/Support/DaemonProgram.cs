using System.Reflection;

namespace Interop.Tests.Support;

/// <summary>The daemon that was built with these tests.</summary>
internal static class DaemonProgram
{
    private static readonly string s_assembly = Repository.PathOf(
        $"src/Cli/Daemon/bin/{typeof(DaemonProgram).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration}/net10.0/layerstore-daemon.dll");

    /// <summary>The program to start, and what stands before its own arguments.</summary>
    public static IReadOnlyList<string> Words { get; } = ["dotnet", "exec", s_assembly];

    /// <summary>The same as one file, for what wants a program without arguments: <c>LAYERSTORE_DAEMON</c> of <c>layerstore serve</c>.</summary>
    /// <param name="path">The file to write.</param>
    public static string WriteScript(string path) => WriteScript(path, Words);

    /// <summary>Writes a program that starts another with the same arguments.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="words">The other, and what stands before its own arguments.</param>
    public static string WriteScript(string path, IEnumerable<string> words)
    {
        File.WriteAllText(path, $"#!/bin/sh\nexec {string.Join(' ', words.Select(word => $"'{word}'"))} \"$@\"\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
