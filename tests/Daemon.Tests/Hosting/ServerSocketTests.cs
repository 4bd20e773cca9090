using System.Net.Sockets;
using LayerStore;
using LayerStore.Daemon.Hosting;

namespace Daemon.Tests.Hosting;

/// <summary>The socket's file: what others find there, at any moment.</summary>
public sealed class ServerSocketTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TempDirectory _temp = new();

    private string Address => _temp["run/s.sock"];

    [Fact]
    public void It_is_made_with_its_mode_in_a_directory_that_only_lets_through()
    {
        using ServerSocket socket = ServerSocket.Bind(Address, Private);

        Assert.Equal(Private, File.GetUnixFileMode(Address));
        Assert.Equal((UnixFileMode)0b111_001_001, File.GetUnixFileMode(_temp["run"]));
        Assert.Equal([Address], Directory.GetFileSystemEntries(_temp["run"]));
        Assert.True(Answers(Address));
    }

    [Fact]
    public void Another_mode_is_given_before_anybody_can_call()
    {
        using ServerSocket socket = ServerSocket.Bind(Address, (UnixFileMode)0b110_110_110);

        Assert.Equal((UnixFileMode)0b110_110_110, File.GetUnixFileMode(Address));
    }

    [SkippableFact]
    public void User_and_group_are_given()
    {
        Tools.RequireRoot();
        using ServerSocket socket = ServerSocket.Bind(Address, Private, 12, 34);

        Assert.Equal("12:34", ProcessRunner.Run("stat", "-c", "%u:%g", Address).Output.Trim());
    }

    [Fact]
    public void A_stale_socket_is_replaced()
    {
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            Directory.CreateDirectory(_temp["run"]);
            dead.Bind(new UnixDomainSocketEndPoint(_temp["run/dead"]));
            File.Move(_temp["run/dead"], Address); // Else it would be removed when it is closed, as a kill does not.
        }

        using ServerSocket socket = ServerSocket.Bind(Address, Private);

        Assert.True(Answers(Address));
    }

    [Fact]
    public void A_live_socket_is_refused_and_its_process_named()
    {
        using ServerSocket first = ServerSocket.Bind(Address, Private);

        LayerStoreException error = Assert.Throws<LayerStoreException>(() => ServerSocket.Bind(Address, Private));

        Assert.Equal(ErrorKind.FailedPrecondition, error.Kind);
        Assert.Contains($"(process {Environment.ProcessId}) listens there", error.Message, StringComparison.Ordinal);
        Assert.True(Answers(Address));
        Assert.Equal([Address], Directory.GetFileSystemEntries(_temp["run"]));
    }

    [Fact]
    public void A_file_that_is_no_socket_is_left_alone()
    {
        Directory.CreateDirectory(_temp["run"]);
        File.WriteAllText(Address, "precious");

        LayerStoreException error = Assert.Throws<LayerStoreException>(() => ServerSocket.Bind(Address, Private));

        Assert.Contains("no socket", error.Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(Address));
    }

    [Fact]
    public void It_goes_when_it_is_closed_unless_another_has_taken_its_place()
    {
        ServerSocket first = ServerSocket.Bind(Address, Private);
        File.Delete(Address);
        using ServerSocket second = ServerSocket.Bind(Address, Private);

        first.Dispose();
        Assert.True(Answers(Address));
        second.Dispose();
        Assert.False(File.Exists(Address));
    }

    [Fact]
    public void Of_many_at_once_one_gets_the_address()
    {
        ServerSocket?[] made = new ServerSocket?[16];
        Parallel.For(0, made.Length, i =>
        {
            try
            {
                made[i] = ServerSocket.Bind(Address, Private);
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.FailedPrecondition)
            {
            }
        });

        Assert.Single(made, socket => socket is not null);
        Array.ForEach(made, socket => socket?.Dispose());
        Assert.Empty(Directory.GetFileSystemEntries(_temp["run"]));
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_an_error_with_the_address()
    {
        File.WriteAllText(_temp["run"], "");

        LayerStoreException error = Assert.Throws<LayerStoreException>(() => ServerSocket.Bind(Address, Private));

        Assert.Contains(Address, error.Message, StringComparison.Ordinal);
        Assert.Contains("--address", error.Hint, StringComparison.Ordinal);
    }

    public void Dispose() => _temp.Dispose();

    private static bool Answers(string path)
    {
        using Socket caller = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            caller.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
