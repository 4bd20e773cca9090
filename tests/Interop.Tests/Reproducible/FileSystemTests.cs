using Snapshotter;

namespace Interop.Tests.Reproducible;

/// <summary>The same changes give the same bytes on every file system and with every driver, in whatever order the files were made.</summary>
public sealed class FileSystemTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData("ext4", StoreDriver.Overlay, true)]
    [InlineData("xfs", StoreDriver.Overlay, false)]
    [InlineData("btrfs", StoreDriver.Overlay, true)]
    [InlineData("tmpfs", StoreDriver.Overlay, false)]
    [InlineData("xfs", StoreDriver.Native, true)]
    [InlineData("tmpfs", StoreDriver.Native, false)]
    public async Task Diff_and_commit_give_the_golden_bytes(string type, StoreDriver driver, bool backward)
    {
        ScriptedTree.RequireTools();
        MountNew(type);

        await using MountedTree tree = await MountedTree.MakeAsync(_temp["disk"], driver, backward);

        GoldenDigests.Check(await tree.DigestsAsync());
    }

    [SkippableTheory]
    [InlineData("ext4", true)]
    [InlineData("tmpfs", false)]
    [InlineData("btrfs", true)]
    public void Layer_diff_gives_the_golden_bytes(string type, bool backward)
    {
        ScriptedTree.RequireTools();
        MountNew(type);
        var (older, newer) = (_temp.CreateDirectory("disk/older"), _temp.CreateDirectory("disk/newer"));
        ScriptedTree.Make(newer, backward);

        var layer = Support.CliProgram.Command("layer", "diff", older, newer).Run().Expect().OutputBytes;

        GoldenDigests.Check(new Dictionary<string, string> { ["layer diff"] = MountedTree.Sha256(layer) });
    }

    // In a file of this test's own, so that nothing of the machine's disk is in it.
    private void MountNew(string type)
    {
        Tools.RequireFileSystem(type);
        var disk = _temp.CreateDirectory("disk");
        if (type == "tmpfs")
        {
            ProcessRunner.Run("mount", "-t", "tmpfs", "none", disk);
            return;
        }

        Tools.Require("mkfs." + type);
        ProcessRunner.Script("truncate -s 512M \"$1\"; \"mkfs.$3\" -q \"$1\" > \"$1.log\" 2>&1; mount -o loop \"$1\" \"$2\"", _temp["image"], disk, type);
    }
}
