using Interop.Tests.Support;
using LayerStore;
using LayerStore.Tests.Tar;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Hostile;

/// <summary>Other users of the machine do not get at what an image has: setuid programs, secrets, directories for everybody.</summary>
public sealed class PrivacyTests : IDisposable
{
    private static readonly string[] s_directories = ["", "blobs", "blobs/sha256", "blobs/sha512", "ingest", "locks", "t", "w", "m", "trash"];

    private readonly TempDirectory _temp = new();

    public PrivacyTests()
    {
        Tools.RequireRoot();
        Tools.Require("setpriv");
        ProcessRunner.Run("chmod", "0755", _temp.FullPath);
    }

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData("overlay")]
    [InlineData("erofs")]
    [InlineData("native")]
    public void Nobody_else_enters_the_stores_directories_whatever_the_umask(string driver)
    {
        ToolCommand pull = CliProgram.Command("--root", _temp["store"], "--driver", driver, "pull", TestData.Source("layers"), "--name", "it");

        ProcessRunner.Run("sh", ["-c", "umask 0; exec \"$@\"", "sh", pull.File, .. pull.Arguments]);

        Assert.All(s_directories, directory => Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_temp["store"], directory))));
        string tree = Directory.EnumerateDirectories(_temp["store/t"]).First(path => Path.GetFileName(path) != "0");
        Assert.NotEqual(0, AsNobody("ls", tree).ExitCode);
        Assert.Equal(0, ProcessRunner.TryRun("ls", tree).ExitCode);
    }

    [SkippableFact]
    public void A_store_in_a_directory_for_everybody_is_closed_too()
    {
        _temp.CreateDirectory("store");
        ProcessRunner.Run("chmod", "0777", _temp["store"]);

        CliProgram.Command("--root", _temp["store"], "pull", TestData.Source("busybox"), "--name", "it").Run().Expect();

        Assert.All(s_directories[1..].Where(it => !it.Contains('/', StringComparison.Ordinal)), directory => Assert.NotEqual(0, AsNobody("ls", Path.Combine(_temp["store"], directory)).ExitCode));
    }

    [SkippableFact]
    public async Task A_directory_that_is_unpacked_into_is_closed_until_all_is_done()
    {
        string target = _temp["a/b/root"];
        UnixFileMode? meanwhile = null;
        LayerOptions options = new() { NoDevices = true, Warn = _ => meanwhile = File.GetUnixFileMode(Directory.GetDirectories(_temp["a/b"]).Single()) };
        HostileImage image = new(_temp.FullPath, "/nowhere");
        byte[] opens = new RawTar().Add(Header("./", '5', mode: "0001777")).Add(Header("d", '5', mode: "0000777")).End().ToArray();
        byte[] warns = new RawTar().Add(Header("null", '3', major: "0000001", minor: "0000003")).End().ToArray();
        image.Layers(opens, warns);

        await Store.UnpackAsync(TransportReference.Parse(image.Source), target, new() { Layers = options });

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, meanwhile);
        Assert.Equal((UnixFileMode)0x3ff, File.GetUnixFileMode(target));
        Assert.NotEqual(0, AsNobody("ls", target).ExitCode); // The directories above it that had to be made are the user's alone.
    }

    [SkippableFact]
    public async Task A_directory_that_was_there_gets_its_mode_back_if_unpacking_fails()
    {
        string target = _temp.CreateDirectory("root");
        File.SetUnixFileMode(target, (UnixFileMode)0x1e8);
        HostileImage image = new(_temp.FullPath, "/nowhere");
        image.Layers(new RawTar().File("f", "x").End().ToArray(), new RawTar().File("../evil", "x").End().ToArray());

        await Assert.ThrowsAnyAsync<LayerStoreException>(() => Store.UnpackAsync(TransportReference.Parse(image.Source), target));

        Assert.Equal((UnixFileMode)0x1e8, File.GetUnixFileMode(target));
        Assert.Empty(Directory.EnumerateFileSystemEntries(target));
    }

    [SkippableFact]
    public void Nothing_is_written_through_links_of_a_layout()
    {
        HostileImage image = new(_temp.FullPath, "/nowhere");
        image.Layers(new RawTar().File("f", "x").End().ToArray());
        string outside = _temp.CreateDirectory("outside");
        Directory.CreateDirectory(_temp["foreign/blobs"]);
        File.CreateSymbolicLink(_temp["foreign/blobs/sha256"], outside);
        File.WriteAllText(_temp["foreign/oci-layout"], """{"imageLayoutVersion":"1.0.0"}""");
        CliProgram.Command("--root", _temp["store"], "pull", image.Source, "--name", "it").Run().Expect();

        ToolResult push = CliProgram.Command("--root", _temp["store"], "push", "it", $"oci:{_temp["foreign"]}:it").Run();

        Assert.Equal(4, push.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    private static ToolResult AsNobody(string program, params string[] arguments) =>
        ProcessRunner.TryRun("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", program, .. arguments]);
}
