using System.ComponentModel;
using System.Diagnostics;
using LayerStore;

namespace Snapshotter.Doctor;

/// <summary>Looks for a program that runs bundles (OCI runtime-spec), and asks it for its version.</summary>
internal sealed class RuntimeProbe(DoctorOptions options)
{
    private const string Install = "apt-get install runc, or dnf install crun";
    private static readonly string[] s_names = ["runc", "crun", "youki"];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>The probe.</summary>
    public Probe Make() => new(DoctorArea.Runtime, "runtime", IsRequired: false, Find, Install);

    private string Find()
    {
        string directories = options.SearchPath ?? Environment.GetEnvironmentVariable("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin";
        string? found = s_names
            .SelectMany(_ => directories.Split(':', StringSplitOptions.RemoveEmptyEntries), (name, directory) => Path.Join(directory, name))
            .FirstOrDefault(File.Exists);
        return found is null
            ? throw Probe.Fault($"none of {string.Join(", ", s_names)} is installed: nothing runs what bundle makes", Install)
            : $"{Printable.Text(found)}: {Version(found)}";
    }

    private static string Version(string program)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string?> first = process.StandardOutput.ReadLineAsync();
            if (!process.WaitForExit(s_patience))
            {
                process.Kill();
                throw Probe.Fault($"{Printable.Text(program)} --version does not end", Install);
            }

            return process.ExitCode == 0 && first.GetAwaiter().GetResult() is { } line
                ? Printable.Text(line)
                : throw Probe.Fault($"{Printable.Text(program)} --version fails", Install);
        }
        catch (Win32Exception e)
        {
            throw Probe.Fault($"{Printable.Text(program)} cannot be started: {Printable.Text(e.Message)}", Install);
        }
    }
}
