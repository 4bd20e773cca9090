using System.Diagnostics;
using LayerStore;
using Snapshotter.Linux;
using MountTable = Snapshotter.Linux.MountTable;

namespace Snapshotter.Tests.Linux;

/// <summary>A directory of one test's own. Disposing it unmounts what is mounted below it and removes it, whatever is in it.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    public ScratchDirectory() => Path = Directory.CreateTempSubdirectory("snapshotter-test-").FullName;

    public string Path { get; }

    /// <summary>A path in the directory.</summary>
    public string this[string name] => System.IO.Path.Join(Path, name);

    /// <summary>Makes a directory in it and returns its path.</summary>
    public string Make(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Runs a tool; skips the test if it is not installed.</summary>
    public static string Run(string tool, params string[] arguments)
    {
        ProcessStartInfo start = new(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}: {error.Result}");
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, $"{tool} is not installed");
            throw;
        }
    }

    /// <summary>Makes a file system of this type in an image file and mounts it; skips the test without the tools or rights.</summary>
    public string MountImage(string type, string megabytes = "320")
    {
        Skip.IfNot(Privileges.CanMount() && UserNamespace.Current.IsInitial, "needs root, to mount");
        Skip.IfNot(File.Exists($"/usr/sbin/mkfs.{type}") || File.Exists($"/sbin/mkfs.{type}"), $"mkfs.{type} is not installed");
        string image = this[$"{type}.img"];
        Run("truncate", "-s", $"{megabytes}M", image);
        Run($"/usr/sbin/mkfs.{type}", "-q", image);
        string target = Make(type);
        Run("mount", "-o", "loop", image, target);
        return target;
    }

    public void Dispose()
    {
        foreach (MountEntry mount in MountTable.Read().Reverse())
        {
            if (mount.Target.StartsWith(Path + "/", StringComparison.Ordinal))
            {
                Mounter.Unmount(mount.Target, lazy: true);
            }
        }

        using RootDirectory parent = RootDirectory.Open(System.IO.Path.GetDirectoryName(Path)!);
        using DirectoryHandle handle = parent.OpenSelf();
        handle.RemoveTree(ByteString.FromText(System.IO.Path.GetFileName(Path)));
    }
}
