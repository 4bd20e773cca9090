using System.Globalization;
using LayerStore.Content;
using Snapshotter.Snapshots.Native;

namespace Snapshotter.Tests.Snapshots;

/// <summary>What the copying driver does to the disk.</summary>
public sealed class NativeCopyTests
{
    [SkippableFact]
    public async Task Where_the_file_system_can_a_copy_shares_the_parents_blocks()
    {
        Tools.RequireRoot();
        Tools.Require("mkfs.xfs", "filefrag");
        Tools.RequireFileSystem("xfs");
        using TempDirectory directory = new();
        string mounted = directory.CreateDirectory("xfs");
        ProcessRunner.Script("truncate -s 400M \"$1\"; mkfs.xfs -q -m reflink=1 \"$1\"; mount -o loop \"$1\" \"$2\"", directory["image"], mounted);
        using NativeSnapshotter snapshots = NativeSnapshotter.Open(StoreLayout.OpenOrCreate(Path.Join(mounted, "store"), XattrNamespace.Trusted));
        string parent = (await snapshots.PrepareAsync("key", null))[0].Source;
        File.WriteAllBytes(Path.Join(parent, "big"), new byte[32 << 20]);
        await snapshots.CommitAsync("name", "key");
        long before = Free(mounted);
        string child = (await snapshots.PrepareAsync("child", "name"))[0].Source;
        Assert.InRange(before - Free(mounted), 0, 8 << 20);
        Assert.Contains("shared", ProcessRunner.Run("filefrag", "-v", Path.Join(child, "big")).Output, StringComparison.Ordinal);

        File.AppendAllText(Path.Join(child, "big"), "changed");
        Assert.Equal(32 << 20, new FileInfo(Path.Join(parent, "big")).Length);
    }

    [SkippableFact]
    public async Task A_tree_deeper_than_a_path_can_name_is_copied_measured_and_removed()
    {
        Tools.RequireRoot();
        Tools.Require("python3");
        using TempDirectory directory = new();
        using NativeSnapshotter snapshots = NativeSnapshotter.Open(StoreLayout.OpenOrCreate(directory["store"], XattrNamespace.Trusted));
        string source = (await snapshots.PrepareAsync("key", null))[0].Source;
        ProcessRunner.Run("python3", "-c", "import os, sys\nos.chdir(sys.argv[1])\nfor i in range(600):\n os.mkdir('d' * 20)\n os.chdir('d' * 20)\nos.link(os.open('f', os.O_CREAT) and 'f', 'g')", source);
        await snapshots.CommitAsync("name", "key");
        Assert.Equal(602, (await snapshots.UsageAsync("name")).Inodes);
        await snapshots.PrepareAsync("child", "name");
        Assert.Equal(602, (await snapshots.UsageAsync("child")).Inodes);
        await snapshots.RemoveAsync("child");
        await snapshots.RemoveAsync("name");
        Assert.Equal(["0"], Directory.GetFileSystemEntries(snapshots.Layout.Trees).Select(Path.GetFileName));
        Assert.Empty(Directory.GetFileSystemEntries(snapshots.Layout.Trash));
    }

    [SkippableFact]
    public async Task A_parent_cannot_be_given_at_commit()
    {
        Tools.RequireRoot();
        using TempDirectory directory = new();
        using NativeSnapshotter snapshots = NativeSnapshotter.Open(StoreLayout.OpenOrCreate(directory["store"], XattrNamespace.Trusted));
        await snapshots.PrepareAsync("a", null);
        await snapshots.CommitAsync("base", "a");
        await snapshots.PrepareAsync("b", null);
        await LayerPublicationTests.FailsAsync(LayerStore.ErrorKind.Unimplemented, () => snapshots.CommitAsync("name", "b", parent: "base"));
        Assert.NotNull(await snapshots.StatAsync("b"));
    }

    private static long Free(string path)
    {
        ProcessRunner.Run("sync", "-f", path);
        return long.Parse(ProcessRunner.Run("stat", "-f", "-c", "%a", path).Lines[0], CultureInfo.InvariantCulture) * 4096;
    }
}
