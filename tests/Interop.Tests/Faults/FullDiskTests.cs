using Xunit.Abstractions;

namespace Interop.Tests.Faults;

/// <summary>A disk runs full at many points of a command: it says so, and once there is space again all goes on.</summary>
public sealed class FullDiskTests(ITestOutputHelper output) : IDisposable
{
    private static readonly Scenario[] s_scenarios =
    [
        new("pull", "pull", TestData.Source("layers"), "--name", "new"),
        new("unpack", "unpack", TestData.Source("layers"), "{out}/tree"),
        new("commit", "commit", "work", "new", "--compression", "none"),
    ];

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData("ext4", 4096)]
    [InlineData("ext4", 1024)] // Smaller than a page: SQLite's mapped index would end the process by SIGBUS there.
    [InlineData("tmpfs", 4096)]
    public async Task A_full_disk_is_said_and_harms_nothing(string type, int blockSize)
    {
        Tools.RequireRoot();
        Tools.RequireFileSystem(type);
        Tools.Require("strace", Sandbox.Program);
        MountSmall(type, blockSize);
        Sandbox store = new(_temp["disk/store"]);
        Scenarios.Fill(store);
        Directory.CreateDirectory(Path.Combine(store.Output, "m"));
        ProcessRunner.Script("""
            "$1" --root "$2" mount kept "$3" --key work > "$3.log"
            head -c 3000000 /dev/urandom > "$3/large"
            "$1" --root "$2" umount work 2> "$3.log"
            rm -d "$3" "$3.log"
            """, Sandbox.Program, store.Root, Path.Combine(store.Output, "m"));
        FaultCounts counts = new();
        foreach (var scenario in s_scenarios)
        {
            using var runner = await FaultRunner.BeginAsync(scenario, counts, _temp[$"disk/{scenario.Name}"], store);
            for (var i = 0; i < FaultCounts.Points; i++)
                await runner.FillAsync((double)i / FaultCounts.Points);
        }

        counts.Close(output);
    }

    private void MountSmall(string type, int blockSize)
    {
        var disk = _temp.CreateDirectory("disk");
        if (type == "tmpfs")
            ProcessRunner.Run("mount", "-t", "tmpfs", "-o", "size=96m,mode=0700", "none", disk);
        else
            ProcessRunner.Script("truncate -s 128M \"$1\"; mkfs.ext4 -q -m 0 -b \"$3\" \"$1\"; mount -o loop \"$1\" \"$2\"", _temp["image"], disk, $"{blockSize}");
    }
}
