using System.Diagnostics;

namespace Snapshotter.Tests.Layers;

/// <summary>Makes test trees with the tools that everybody knows.</summary>
internal static class Shell
{
    /// <summary>Runs a script in a directory and returns what it prints; a command that fails ends it and fails the test.</summary>
    public static string Run(string directory, string script)
    {
        ProcessStartInfo start = new("timeout", ["60", "bash", "-euc", script])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"'{script}' ended with {process.ExitCode}: {error.Result}");
        return output;
    }

    /// <summary>Whether a tool is installed.</summary>
    public static bool Has(string tool) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Join(directory, tool)));
}
