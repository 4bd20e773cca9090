using System.Reflection;

namespace Interop.Tests.Support;

/// <summary>Finds the programs that are tested: what users get, if <c>LAYERSTORE_OUT</c> names the folder that <c>make build</c> filled; else what was built with these tests.</summary>
internal static class BuiltProgram
{
    // The configuration (Debug, Release) that these tests were built in is the one that the programs were built in.
    private static readonly string s_configuration = typeof(BuiltProgram).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The program to start, and what stands before its own arguments.</summary>
    /// <param name="published">Its path in the folder of <c>make build</c>.</param>
    /// <param name="project">The folder of its project.</param>
    /// <param name="assembly">The name of its assembly.</param>
    public static IReadOnlyList<string> Find(string published, string project, string assembly) =>
        Environment.GetEnvironmentVariable("LAYERSTORE_OUT") is { Length: > 0 } folder
            ? [Path.Combine(folder, published)]
            : ["dotnet", "exec", Repository.PathOf($"{project}/bin/{s_configuration}/net10.0/{assembly}.dll")];

    /// <summary>Writes a program that starts another with the same arguments.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="words">The other, and what stands before its own arguments.</param>
    public static string WriteScript(string path, IEnumerable<string> words) =>
        ProcessRunner.WriteProgram(path, $"#!/bin/sh\nexec {string.Join(' ', words.Select(word => $"'{word}'"))} \"$@\"\n");
}
