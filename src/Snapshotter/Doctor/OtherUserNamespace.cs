using System.ComponentModel;
using System.Diagnostics;
using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Doctor;

/// <summary>
/// A new user namespace. The kernel makes none for a process of several threads, as this one is (unshare(2)), so a small child
/// makes it, and lives until it was used.
/// </summary>
internal sealed class OtherUserNamespace : IDisposable
{
    private const string Tool = "unshare";

    private readonly Process _child;

    private OtherUserNamespace(Process child, SafeFileHandle handle)
    {
        _child = child;
        Handle = handle;
    }

    /// <summary>The namespace's descriptor.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Makes one.</summary>
    /// <param name="inside">The first user and group in it.</param>
    /// <param name="outside">What they are here.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="LayerStoreException">Not allowed here, or the program <c>unshare</c> is missing.</exception>
    public static OtherUserNamespace Make(uint inside, uint outside, uint count)
    {
        Process child = Start();
        try
        {
            if (child.StandardOutput.ReadLine() is null)
            {
                throw Probe.Fault($"no user namespace can be made: {Printable.Text(child.StandardError.ReadToEnd().Trim())}", "sysctl -w user.max_user_namespaces=15000");
            }

            foreach (string map in (string[])["uid_map", "gid_map"])
            {
                WriteMap($"/proc/{child.Id}/{map}", $"{inside} {outside} {count}\n");
            }

            return new OtherUserNamespace(child, File.OpenHandle($"/proc/{child.Id}/ns/user"));
        }
        catch
        {
            End(child);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Handle.Dispose();
        End(_child);
    }

    private static Process Start()
    {
        // It says when it is in the namespace, and ends when its input does: also when this process dies.
        ProcessStartInfo start = new(Tool, ["--user", "sh", "-c", "echo; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw Probe.Fault($"not tried: the program {Tool} is not installed", "apt-get install util-linux");
        }
    }

    private static void WriteMap(string path, string map)
    {
        try
        {
            File.WriteAllText(path, map);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw Probe.Fault("not allowed to this process, so not known: it cannot map users", "sudo layerstore doctor");
        }
    }

    private static void End(Process child)
    {
        child.StandardInput.Close();
        child.WaitForExit();
        child.Dispose();
    }
}
