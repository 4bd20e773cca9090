using LayerStore.Cli.Linux;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Cli;

/// <summary>
/// Whether the program was given a standard descriptor. One that was closed (<c>&lt;&amp;-</c>) is free when the runtime starts, which
/// then opens a pipe of its own under that number: to read or write there would hang, or upset the runtime.
/// </summary>
internal static class StandardDescriptor
{
    /// <summary>Files that keep closed standard descriptors taken, as long as the program runs.</summary>
    private static readonly List<SafeFileHandle> s_placeholders = [];

    /// <summary>Whether the descriptor is what the program was started with.</summary>
    /// <remarks>
    /// What is kept over execve(2) cannot have the close-on-exec flag, and the runtime sets it on all it opens. A number that is still
    /// free is taken here: else a file of the store could get it, and an error message be written into that.
    /// </remarks>
    public static bool IsGiven(int descriptor)
    {
        if (Descriptor.IsOpen(descriptor))
        {
            return !Descriptor.ClosesOnExec(descriptor);
        }

        s_placeholders.Add(File.OpenHandle("/dev/null"));
        return false;
    }
}
