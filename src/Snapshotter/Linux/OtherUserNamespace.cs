using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

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
    /// <param name="mapping">The users and groups in it.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.PermissionDenied"/>: not allowed here, or the program <c>unshare</c> is missing.</exception>
    public static OtherUserNamespace Make(IdMapping mapping)
    {
        Process child = Start();
        try
        {
            if (child.StandardOutput.ReadLine() is null)
            {
                throw Denied($"no user namespace can be made: {Printable.Text(child.StandardError.ReadToEnd().Trim())}", "sysctl -w user.max_user_namespaces=15000");
            }

            WriteMap($"/proc/{child.Id}/uid_map", mapping.Users);
            WriteMap($"/proc/{child.Id}/gid_map", mapping.Groups);

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
            throw Denied($"the program {Tool}, which makes user namespaces, is not installed", "apt-get install util-linux");
        }
    }

    private static void WriteMap(string path, IEnumerable<IdRange> map)
    {
        try
        {
            // The kernel takes it in one write only.
            File.WriteAllText(path, string.Concat(map.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Inside} {r.Outside} {r.Count}\n"))));
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw Denied("not allowed to this process: it cannot map users", "sudo layerstore doctor");
        }
    }

    private static LayerStoreException Denied(string what, string remedy) => new(ErrorKind.PermissionDenied, what, remedy);

    private static void End(Process child)
    {
        child.StandardInput.Close();
        child.WaitForExit();
        child.Dispose();
    }
}
