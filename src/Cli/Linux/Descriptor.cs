using System.Runtime.InteropServices;

namespace LayerStore.Cli.Linux;

/// <summary>File descriptors by their numbers, as the standard ones are known.</summary>
internal static unsafe partial class Descriptor
{
    private const int F_GETFD = 1;
    private const int FD_CLOEXEC = 1;
    private const int EINTR = 4;
    private const int EAGAIN = 11;
    private const int EPIPE = 32;
    private const short POLLIN = 1;
    private const short POLLOUT = 4;

    /// <summary>Whether a number stands for an open file.</summary>
    public static bool IsOpen(int descriptor) => fcntl(descriptor, F_GETFD) >= 0;

    /// <summary>Whether an open file was opened by this process, and not given to it by the one before: what execve(2) keeps cannot have the flag.</summary>
    public static bool ClosesOnExec(int descriptor) => (fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0;

    /// <summary>Whether a person is at the other end.</summary>
    public static bool IsTerminal(int descriptor) => isatty(descriptor) == 1;

    /// <summary>Reads what is there, and waits for some if nothing is; 0 at the end.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = read(descriptor, start, buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                GoOnOrThrow(descriptor, POLLIN);
            }
        }
    }

    /// <summary>Writes all of it. What nobody reads any more, as after <c>| head</c>, is left out.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(int descriptor, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (int done = 0; done < buffer.Length;)
            {
                nint count = write(descriptor, start + done, buffer.Length - done);
                if (count < 0 && Marshal.GetLastPInvokeError() == EPIPE)
                {
                    return;
                }

                if (count < 0)
                {
                    GoOnOrThrow(descriptor, POLLOUT);
                }
                else
                {
                    done += (int)count;
                }
            }
        }
    }

    // Another process that has the same terminal or pipe may have made it non-blocking.
    private static void GoOnOrThrow(int descriptor, short events)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error == EAGAIN)
        {
            PollDescriptor one = new() { Descriptor = descriptor, Events = events };
            _ = poll(&one, 1, -1);
        }
        else if (error != EINTR)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc")]
    private static partial int fcntl(int descriptor, int command);

    [LibraryImport("libc")]
    private static partial int isatty(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte* buffer, nint size);

    [LibraryImport("libc")]
    private static partial int poll(PollDescriptor* descriptors, nuint count, int timeout);
}
