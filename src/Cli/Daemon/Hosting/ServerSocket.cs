using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LayerStore.Daemon.Linux;

namespace LayerStore.Daemon.Hosting;

/// <summary>The socket that the daemon listens on: a file of its own, or one that systemd passed.</summary>
/// <remarks>
/// <para><b>The file</b> is made under a name of its own, gets its mode and owner, listens, and is then renamed into place. So nobody ever
/// finds a socket that has other permissions or that nobody answers, and what was there before is replaced in one step.</para>
/// <para><b>A stale socket</b> is one on which nobody accepts (the kernel answers ECONNREFUSED): its daemon is dead, and it is replaced. A live one, or
/// a file that is no socket, is never touched.</para>
/// </remarks>
internal sealed class ServerSocket : IDisposable
{
    private const int Backlog = 512;
    private const uint Unchanged = uint.MaxValue; // chown(2): -1 leaves it as it is
    private const UnixFileMode DirectoryMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly bool _isOurs;

    private ServerSocket(Socket socket, string path, bool isOurs)
    {
        Socket = socket;
        Path = path;
        _isOurs = isOurs;
    }

    /// <summary>The socket, listening.</summary>
    public Socket Socket { get; }

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>Makes one.</summary>
    /// <param name="path">Its absolute path; directories above it that are missing are made with mode 0711, as containerd does.</param>
    /// <param name="mode">Its permissions.</param>
    /// <param name="user">Its user; null for this process's.</param>
    /// <param name="group">Its group; null for this process's.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: somebody listens there, or it is no socket;
    /// <see cref="ErrorKind.PermissionDenied"/>: it cannot be made there.</exception>
    public static ServerSocket Bind(string path, UnixFileMode mode, uint? user = null, uint? group = null)
    {
        string directory = System.IO.Path.GetDirectoryName(path)!;
        string temporary = System.IO.Path.Join(directory, $".{Environment.ProcessId:x}-{Environment.TickCount64 & 0xffff:x}");
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Directory.CreateDirectory(directory, DirectoryMode);
            using DirectoryLock alone = DirectoryLock.Take(directory);
            RefuseUnlessFree(path);
            socket.Bind(new UnixDomainSocketEndPoint(temporary));
            File.SetUnixFileMode(temporary, mode);
            if ((user is not null || group is not null) && Libc.lchown(temporary, user ?? Unchanged, group ?? Unchanged) != 0)
            {
                throw new LayerStoreException(
                    ErrorKind.PermissionDenied,
                    $"cannot give the socket to {user}:{group}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}",
                    "Only root may: see socket.uid and socket.gid.");
            }

            socket.Listen(Backlog);
            File.Move(temporary, path, overwrite: true);
            return new ServerSocket(socket, path, isOurs: true);
        }
        catch (Exception e)
        {
            socket.Dispose(); // This removes what it was bound to.
            throw e is SocketException or IOException or UnauthorizedAccessException
                ? new LayerStoreException(
                    ErrorKind.PermissionDenied, $"cannot listen on {Printable.Text(path)}: {Printable.Text(e.Message.TrimEnd('.'))}", "Say where with --address.", e)
                : e;
        }
    }

    /// <summary>Takes the socket that systemd passed (sd_listen_fds(3)).</summary>
    /// <param name="descriptor">Its number.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: it is no unix stream socket that listens.</exception>
    public static ServerSocket FromDescriptor(int descriptor)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
            if (socket is { AddressFamily: AddressFamily.Unix, SocketType: SocketType.Stream } && IsListening(socket))
            {
                return new ServerSocket(socket, socket.LocalEndPoint?.ToString() ?? "", isOurs: false);
            }
        }
        catch (SocketException)
        {
        }

        socket?.Dispose();
        throw new LayerStoreException(
            ErrorKind.FailedPrecondition,
            $"descriptor {descriptor}, passed by socket activation, is not a unix stream socket that listens",
            "The unit needs ListenStream= with an absolute path, and no other socket.");
    }

    /// <summary>Closes it, and removes its file unless it is systemd's or another daemon's by now.</summary>
    public void Dispose()
    {
        if (!_isOurs)
        {
            Socket.Dispose();
            return;
        }

        Close();
        try
        {
            using DirectoryLock alone = DirectoryLock.Take(System.IO.Path.GetDirectoryName(Path)!);
            if (TryFindListener(Path, out _) == false)
            {
                File.Delete(Path);
            }
        }
        catch (Exception e) when (e is LayerStoreException or IOException or UnauthorizedAccessException)
        {
            // A socket that stays is a stale one: the next daemon replaces it.
        }
    }

    // A child that another thread starts has a copy until it runs its program, and would be taken for a daemon that listens.
    private void Close()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The server has closed it.
        }

        Socket.Dispose();
    }

    private static void RefuseUnlessFree(string path)
    {
        if (TryFindListener(path, out string who) is not false)
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition, $"{Printable.Text(path)} is in use: {who}", "Stop that one, or choose another socket with --address.");
        }
    }

    /// <summary>Asks who listens at a path: true if somebody does, false if nobody does, null if it is no socket at all.</summary>
    private static bool? TryFindListener(string path, out string who)
    {
        using Socket caller = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        caller.Blocking = false; // A listener whose backlog is full must not make us wait.
        try
        {
            caller.Connect(new UnixDomainSocketEndPoint(path));
            who = $"{PeerName(caller)} listens there";
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.ProtocolType)
        {
            who = "another program listens there";
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable || !File.Exists(path))
        {
            who = "";
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // The kernel refuses both: a socket that nobody accepts on, and a file that is none.
            who = "a file that is no socket is there";
            return IsSocket(path) ? false : null;
        }
        catch (SocketException e)
        {
            who = Printable.Text(e.Message);
            return true;
        }
    }

    // struct ucred { pid_t pid; uid_t uid; gid_t gid; } of who called listen (unix(7), SO_PEERCRED).
    private static string PeerName(Socket caller)
    {
        const int SOL_SOCKET = 1;
        const int SO_PEERCRED = 17;
        Span<byte> credentials = stackalloc byte[12];
        caller.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials);
        int process = MemoryMarshal.Read<int>(credentials);
        try
        {
            return $"{Printable.Text(File.ReadAllText($"/proc/{process}/comm").TrimEnd('\n'))} (process {process})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"process {process}";
        }
    }

    private static bool IsListening(Socket socket)
    {
        const int SOL_SOCKET = 1;
        const int SO_ACCEPTCONN = 30;
        Span<byte> value = stackalloc byte[sizeof(int)];
        socket.GetRawSocketOption(SOL_SOCKET, SO_ACCEPTCONN, value);
        return MemoryMarshal.Read<int>(value) != 0;
    }

    // A socket has no size and cannot be opened (ENXIO); .NET has no call that says what kind of file it is.
    private static bool IsSocket(string path)
    {
        try
        {
            using FileStream file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return false;
        }
        catch (IOException e)
        {
            const int ENXIO = 6;
            return e.HResult == ENXIO || (e.HResult & 0xffff) == ENXIO;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
