using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Tests.Identity;

/// <summary>Histories that once made a difference, as they were after they had been made smaller.</summary>
public sealed class RegressionTests
{
    private static readonly TreePath s_a = TreePath.Of("a");

    [SkippableFact]
    public void The_manifest_of_a_layer_that_says_nothing_of_its_root_holds_nothing_of_what_was_mounted_there() => Run(
        new History([[Change.SetMode(TreePath.Root, 0x1c0), Change.MakeDirectory(s_a)]], [Unmounted(Change.MakeDirectory(TreePath.Of("a", "a")))]));

    [SkippableFact]
    public void A_snapshot_goes_on_after_commits_of_nothing() => Run(
        new History([[Change.Write(s_a, 'x', 5)]], [Unmounted(), Unmounted(Change.SetOwner(s_a, 5, 5)), Unmounted(), Unmounted(Change.Remove(s_a))]));

    [SkippableFact]
    public void A_copy_up_that_changes_nothing_leaves_no_trace() => Run(
        new History([[Change.Write(s_a, 'x', 5), Change.SetTime(s_a, Timestamp.Epoch)]], [Unmounted(Change.SetTime(s_a, Timestamp.Epoch)), Unmounted()]));

    [SkippableFact]
    public void A_deleted_name_may_be_so_long_that_its_whiteout_is_longer_than_a_name_can_be()
    {
        TreePath longest = TreePath.Deep(4096);
        TreePath name = new(new ByteString([.. Enumerable.Repeat((byte)'n', 255)]));
        Run(new History([[Change.MakeDirectories(longest), Change.Write(name, 'x', 1)]], [Unmounted(Change.Remove(longest), Change.Remove(name))]));
    }

    private static Stage Unmounted(params Operation[] changes) => new(changes, IsMounted: false, Continuation.SameKey);

    private static void Run(History history)
    {
        Tools.RequireRoot();
        using Laboratory laboratory = new(Variant.Overlay);
        laboratory.Run(history);
        Assert.Equal(laboratory.Operations, laboratory.Changes);
    }
}
