using System.Globalization;
using Interop.Tests.Support;
using Xunit.Abstractions;

namespace Interop.Tests.Collection;

/// <summary>What <c>gc --dry-run</c> says is what the file system has more afterwards, within 1 % or 4 MiB.</summary>
public sealed class PredictionTests(ITestOutputHelper output) : IDisposable
{
    private const long Tolerance = 4 << 20;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData("ext4", "overlay")]
    [InlineData("xfs", "overlay")]
    [InlineData("btrfs", "overlay")]
    [InlineData("ext4", "erofs")]
    [InlineData("btrfs", "erofs")]
    [InlineData("ext4", "native")]
    [InlineData("xfs", "native")]
    [InlineData("btrfs", "native")]
    public void The_file_system_gets_back_what_was_predicted(string type, string driver)
    {
        Tools.RequireRoot();
        Tools.RequireFileSystem(type);
        Tools.Require("mkfs." + type);
        _temp.CreateDirectory("disk");
        ProcessRunner.Script("truncate -s 1G \"$1\"; \"mkfs.$2\" -q \"$1\" > \"$1.log\" 2>&1", _temp["image"], type);
        Mount();
        _temp.CreateDirectory("mounted");

        // A layer of large and of many small files, hard links among them, written while its snapshot is mounted: where the file system
        // can, the layer and the snapshot share all extents.
        Run(driver, "pull", TestData.Source("layers"), "--name", "base");
        Run(driver, "mount", "base", _temp["mounted"], "--key", "k");
        ProcessRunner.Script("""
            cd "$1"; mkdir -p big small
            for i in 1 2 3 4; do head -c 8000000 /dev/urandom > big/$i; done
            ln big/1 big/hard; truncate -s 50000000 big/sparse
            head -c 6000000 /dev/urandom | split -b 2000 -a 4 - small/a
            head -c 9000000 /dev/urandom | split -b 5000 -a 4 - small/b
            """, _temp["mounted"]);
        Run(driver, "commit", "k", "made");
        Run(driver, "umount", "k");

        // The image goes, and the snapshot that shares its extents stays; a name that moves leaves it to gc.
        Run(driver, "tag", "base", "made");
        Check(driver, atLeast: 20_000_000);

        // Then the last owner of the extents goes: the snapshot becomes a committed one that nothing names.
        Run(driver, "snapshot", "commit", "sha256:" + new string('1', 64), "k");
        Check(driver, atLeast: 40_000_000);
        Run(driver, "rmi", "base", "made");
        Run(driver, "gc", "--trash");
        Check(driver, atLeast: 0);
    }

    private void Check(string driver, long atLeast)
    {
        var before = FreeBytes();
        var planned = Bytes(Run(driver, "gc", "--dry-run"));
        var freed = Bytes(Run(driver, "gc"));
        var real = FreeBytes() - before;

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"predicted {planned}, freed {freed}, statfs {real}"));
        Assert.Equal(planned, freed);
        Assert.True(Math.Abs(planned - real) <= Math.Max(Tolerance, real / 100), string.Create(CultureInfo.InvariantCulture, $"predicted {planned}, statfs says {real}"));
        Assert.True(planned >= atLeast, string.Create(CultureInfo.InvariantCulture, $"only {planned} bytes"));
    }

    // xfs frees inodes in the background; an unmounted file system has settled.
    private long FreeBytes()
    {
        LoopDisk.Unmount(_temp["disk"], _temp["image"]);
        Mount();
        var numbers = ProcessRunner.Run("stat", "-f", "-c", "%f %S", _temp["disk"]).Output.Split(' ');
        return long.Parse(numbers[0], CultureInfo.InvariantCulture) * long.Parse(numbers[1], CultureInfo.InvariantCulture);
    }

    private void Mount() => ProcessRunner.Run("mount", "-o", "loop", _temp["image"], _temp["disk"]);

    private string Run(string driver, params string[] arguments) =>
        CliProgram.Command(["--root", _temp["disk/store"], "--driver", driver, .. arguments]).Run().Expect().Error;

    private static long Bytes(string said) =>
        long.Parse(said[..said.IndexOf(" bytes (", StringComparison.Ordinal)].Split(' ')[^1], CultureInfo.InvariantCulture);
}
