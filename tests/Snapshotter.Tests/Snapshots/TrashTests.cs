using LayerStore.Content;

namespace Snapshotter.Tests.Snapshots;

/// <summary>What a removal frees itself, and what it leaves.</summary>
public sealed class TrashTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData(10, 1 << 10, true)]
    [InlineData(1000, 1 << 10, false)]
    [InlineData(1, 100 << 20, false)]
    public async Task A_removal_frees_little_itself_and_leaves_much_to_whoever_empties_the_trash(int files, int bytes, bool isFreed)
    {
        Tools.RequireRoot();
        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { LeaveTrash = true });
        StoreLayout layout = await MakeSnapshotAsync(store, files, bytes);

        await store.Snapshots.RemoveAsync("key");
        Assert.Null(await store.Snapshots.StatAsync("key"));
        Assert.Equal(isFreed, Directory.GetFileSystemEntries(layout.Trash).Length == 0);
        Assert.Equal(!isFreed, store.HasTrash);

        await store.EmptyTrashAsync();
        Assert.Empty(Directory.GetFileSystemEntries(layout.Trash));
        Assert.False(store.HasTrash);
    }

    [SkippableTheory]
    [InlineData(8, 50, 0, true)]
    [InlineData(8, 100, 0, false)] // Too many together, not in one directory.
    [InlineData(1, 0, 100, false)] // Too deep to look.
    public async Task Nothing_of_a_tree_that_is_left_is_removed_before(int directories, int files, int depth, bool isFreed)
    {
        Tools.RequireRoot();
        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { LeaveTrash = true });
        StoreLayout layout = await MakeSnapshotAsync(store, files: 0, bytes: 0);
        string upper = Assert.Single(Directory.GetDirectories(layout.Trees), tree => Path.GetFileName(tree) != "0");
        foreach (int number in Enumerable.Range(0, directories))
        {
            string directory = Directory.CreateDirectory(Path.Join([upper, $"d{number}", .. Enumerable.Repeat("deep", depth)])).FullName;
            foreach (int file in Enumerable.Range(0, files))
            {
                File.WriteAllText(Path.Join(directory, $"{file}"), "");
            }
        }

        int names = Names(upper);
        await store.Snapshots.RemoveAsync("key");
        Assert.Equal(isFreed ? 0 : names, Directory.GetDirectories(layout.Trash, "t-*").Sum(Names));

        static int Names(string tree) => Directory.GetFileSystemEntries(tree, "*", SearchOption.AllDirectories).Length;
    }

    [SkippableFact]
    public async Task A_removal_that_may_not_leave_trash_frees_all()
    {
        Tools.RequireRoot();
        await using Store store = await Store.OpenAsync(_temp["store"]);
        StoreLayout layout = await MakeSnapshotAsync(store, files: 1000, bytes: 1);
        await store.Snapshots.RemoveAsync("key");
        Assert.Empty(Directory.GetFileSystemEntries(layout.Trash));
    }

    [SkippableFact]
    public async Task What_an_owner_s_removals_leave_its_reclaimer_frees()
    {
        Tools.RequireRoot();
        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { LeaveTrash = true, Owner = "somebody" });
        await using Reclaimer reclaimer = new(store);
        await reclaimer.WhenIdleAsync();
        StoreLayout layout = await MakeSnapshotAsync(store, files: 1000, bytes: 1);
        await store.Snapshots.RemoveAsync("key");
        Assert.NotEmpty(Directory.GetFileSystemEntries(layout.Trash));
        await reclaimer.WhenIdleAsync();
        Assert.Empty(Directory.GetFileSystemEntries(layout.Trash));
    }

    private static async Task<StoreLayout> MakeSnapshotAsync(Store store, int files, int bytes)
    {
        await store.Snapshots.PrepareAsync("key", null);
        StoreLayout layout = StoreLayout.Open(store.Root);
        string upper = Assert.Single(Directory.GetDirectories(layout.Trees), tree => Path.GetFileName(tree) != "0");
        foreach (int number in Enumerable.Range(0, files))
        {
            using FileStream file = new(
                Path.Join(upper, $"{number}"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = bytes });
        }

        return layout;
    }
}
