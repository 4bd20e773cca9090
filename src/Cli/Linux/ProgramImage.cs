using System.Runtime.InteropServices;

namespace LayerStore.Cli.Linux;

/// <summary>The program that this process runs.</summary>
internal static partial class ProgramImage
{
    private const int ENOENT = 2;

    /// <summary>Runs another program in this process: same process id, environment and inherited descriptors. Returns only by an exception.</summary>
    /// <param name="path">The program, an absolute path.</param>
    /// <param name="arguments">Its arguments, without its own name.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such program; another kind: it cannot be run.</exception>
    public static void Replace(string path, IEnumerable<string> arguments)
    {
        // A list of pointers that ends in a null one, as execv(3) wants it.
        string?[] words = [path, .. arguments, null];
        _ = execv(path, words);
        int error = Marshal.GetLastPInvokeError();
        throw new LayerStoreException(
            error == ENOENT ? ErrorKind.NotFound : ErrorKind.FailedPrecondition,
            $"cannot run {Printable.Text(path)}: {Marshal.GetPInvokeErrorMessage(error)}",
            "It is installed beside layerstore; $LAYERSTORE_DAEMON names another one.");
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execv(string path, string?[] arguments);
}
