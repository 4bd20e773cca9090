using System.Diagnostics;

namespace LayerStore.Tests.Content;

/// <summary>A small file system of a test's own, unmounted with it. Only root can mount: check <see cref="IsPossible"/>.</summary>
internal sealed class MountedTmpfs : IDisposable
{
    private readonly TempDirectory _directory = new();

    public MountedTmpfs(string size)
    {
        Path = _directory["mnt"];
        Directory.CreateDirectory(Path);
        Run("mount", "-t", "tmpfs", "-o", $"size={size}", "layerstore-test", Path);
    }

    public static bool IsPossible => Environment.IsPrivilegedProcess;

    public string Path { get; }

    public void RemountReadOnly() => Run("mount", "-o", "remount,ro", Path);

    public void Dispose()
    {
        Run("umount", "--lazy", Path); // A child that another test starts may have what is open there for a moment longer.
        _directory.Dispose();
    }

    private static void Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {errors}");
        }
    }
}
