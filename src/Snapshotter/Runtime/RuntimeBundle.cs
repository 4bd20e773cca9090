using LayerStore;
using LayerStore.Oci;
using Snapshotter.Linux;

namespace Snapshotter.Runtime;

/// <summary>A directory that a runtime such as runc starts: <c>config.json</c> beside <c>rootfs</c> (OCI runtime-spec, bundle.md).</summary>
internal static class RuntimeBundle
{
    /// <summary>Where the root file system is mounted.</summary>
    public static string RootFileSystem(string directory) => Path.Join(directory, "rootfs");

    /// <summary>What says how to run it.</summary>
    public static string ConfigFile(string directory) => Path.Join(directory, "config.json");

    /// <summary>Writes <c>config.json</c> for the root file system that is mounted in the bundle.</summary>
    /// <param name="directory">The bundle.</param>
    /// <param name="config">How the image wants to be run.</param>
    /// <param name="hostname">The container's host name.</param>
    /// <exception cref="LayerStoreException">The image's user is not in it, or the file cannot be written.</exception>
    public static void WriteConfig(string directory, ImageRuntimeConfig config, string hostname)
    {
        using RootDirectory root = RootDirectory.Open(RootFileSystem(directory));
        RuntimeProcess process = RuntimeProcess.FromImage(config, root);
        byte[] json = RuntimeSpec.Write(process, hostname, readOnly: false, inUserNamespace: !UserNamespace.Current.IsInitial);
        string path = ConfigFile(directory);
        try
        {
            File.WriteAllBytes(path, json);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write {Printable.Text(path)}");
        }
    }
}
