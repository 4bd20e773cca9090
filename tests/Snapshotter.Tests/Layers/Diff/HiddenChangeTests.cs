using Snapshotter.Layers;
using Snapshotter.Layers.Diff;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Diff;

/// <summary>Changes of plain trees that a look at size and time, or at the content alone, does not show; and what looks like a change and is none.</summary>
public sealed class HiddenChangeTests
{
    private static void AssertLayer(string older, string changes, params string[] expected)
    {
        using TreePair trees = new();
        Assert.Equal(expected, trees.Play(older, changes).Diff().Lines);
    }

    [SkippableFact]
    public void A_swap_of_two_files_of_one_size_and_time_is_seen() =>
        AssertLayer("echo 1 > a; echo 2 > b; echo 3 > c; touch -d @9 a b c", "mv a t; mv b a; mv t b", "a", "b");

    [SkippableFact]
    public void Other_content_under_the_same_metadata_is_seen() =>
        AssertLayer("mkdir d; echo 1 > d/f; touch -d @9.123456789 d/f d", "echo 2 > d/f; touch -d @9.123456789 d/f d", "d/", "d/f");

    [SkippableFact]
    public void A_byte_at_the_end_of_a_large_file_is_seen() =>
        AssertLayer(
            "head -c 300000 /dev/zero > f; touch -d @9 f; cp -p f g",
            "printf 1 | dd of=f bs=1 seek=299999 conv=notrunc status=none; touch -d @9 f", "f");

    [SkippableFact]
    public void A_nanosecond_is_seen() =>
        AssertLayer("touch -d @9.000000001 f; cp -p f g", "touch -d @9.000000002 f", "f");

    [SkippableTheory]
    [InlineData("setfattr -n user.x -v 2 f")]
    [InlineData("setfattr -x user.x f")]
    [InlineData("setfattr -n user.y -v '' f")]
    [InlineData("setfattr -n security.capability -v 0x0100000200ff0a00000000000000000000000000 f")]
    [InlineData("setfattr -n trusted.x -v 1 f")]
    public void An_attribute_alone_is_a_change(string change) =>
        AssertLayer("echo 1 > f; setfattr -n user.x -v 1 f; cp -p f g", change, "f");

    [SkippableTheory]
    [InlineData("setfacl -m u:77:r f", "f")]
    [InlineData("setfacl -m u:77:w g", "g")]
    [InlineData("setfacl -b g; chmod 664 g", "g")]
    [InlineData("setfacl -d -m u:77:r d", "d/")]
    public void An_acl_alone_is_a_change(string change, string expected)
    {
        using TreePair trees = new();
        trees.Play("echo 1 > f; echo 1 > g; chmod 664 f g; setfacl -m u:77:r g; mkdir d; touch -d @9 f g d", change);
        Assert.Equal(Shell.Run(trees.Older, "stat -c %a f g d"), Shell.Run(trees.Newer, "stat -c %a f g d"));
        Assert.Equal([expected], trees.Diff().Lines);
    }

    [SkippableFact]
    public void Holes_are_zeros() =>
        AssertLayer("truncate -s 1000000 f; touch -d @9 f", "head -c 1000000 /dev/zero > t; cat t > f; rm t; touch -d @9 f");

    [SkippableFact]
    public void A_file_that_has_more_blocks_or_another_inode_is_no_change() =>
        AssertLayer("echo 1 > f; ln -s f l; mkfifo p; mkdir d", "for f in f l p; do cp -a $f t; mv -T t $f; done; cp -a d e; rmdir d; mv e d");

    [SkippableFact]
    public void Another_link_target_device_number_or_type_is_a_change() =>
        AssertLayer(
            "ln -s aa l; mknod c c 1 3; mknod b b 1 3; mkfifo p; touch f; touch -h -d @9 *",
            "ln -sfn bb l; rm c b p f; mknod c c 1 5; mknod b c 1 3; ln -s f p; mkdir f; chmod 644 f; touch -h -d @9 *",
            "b", "c", "f/", "l -> bb", "p -> f");

    [SkippableFact]
    public void Trees_on_two_file_systems_are_compared_by_what_they_hold()
    {
        using TreePair trees = new();
        Mounter.Mount(new Snapshotter.Snapshots.Mount("tmpfs", "tmpfs", ["size=16m", "mode=0755"]), trees.Newer);
        trees.Play("mkdir -p d/e; seq 1000 > d/f; ln d/f d/e/g; truncate -s 9999 s; ln -s x l; setfacl -m u:7:r s; touch -h -d @5.5 d/f s l d/e d", "true");
        Assert.Empty(trees.Diff().Lines);
        Shell.Run(trees.Newer, "echo 1 >> d/f; touch -d @0 .");
        Assert.Equal(["d/", "d/e/", "d/e/g", "d/f => d/e/g"], trees.Diff().Lines);
    }

    [SkippableFact]
    public void A_tree_and_itself_do_not_differ()
    {
        using TreePair trees = new();
        trees.Play("mkdir -p d/e; seq 1000 > d/f; ln d/f g; mkfifo p; mknod c c 0 0; touch .wh.x", "true");
        using MemoryStream tar = new();
        LayerDiff.Write(trees.Newer, trees.Newer, tar);
        Assert.Equal(new byte[1024], tar.ToArray());
    }

    [SkippableFact]
    public void A_copy_that_shares_its_files_with_the_original_does_not_differ()
    {
        using TreePair trees = new();
        Shell.Run(trees.Older, "mkdir d; seq 1000 > d/f; touch g; ln g h; touch -d @0 .");
        Shell.Run(trees.Older, $"cp -al d g h '{trees.Newer}'; touch -r d '{trees.Newer}/d'; touch -d @0 '{trees.Newer}'");
        Assert.Empty(trees.Diff().Lines);
    }

    [SkippableFact]
    public void Against_an_empty_tree_everything_is_new()
    {
        using TreePair trees = new();
        Assert.Equal(["d/", "d/f", "g => d/f"], trees.Play("true", "mkdir d; echo 1 > d/f; ln d/f g").Diff().Lines);
        Assert.Equal(["!d", "!g"], Backwards(trees));
    }

    [SkippableFact]
    public void Without_an_older_tree_it_is_a_base_layer()
    {
        using TreePair trees = new();
        trees.Play("true", "mkdir d; echo 1 > d/f");
        using MemoryStream below = new();
        LayerDiff.Write(null, trees.Newer, below);
        using MemoryStream above = new();
        LayerDiff.Write(trees.Older, trees.Newer, above);
        Assert.Equal(above.ToArray(), below.ToArray());
    }

    private static List<string> Backwards(TreePair trees)
    {
        RecordingSink sink = new();
        using RootDirectory older = RootDirectory.Open(trees.Newer);
        using RootDirectory newer = RootDirectory.Open(trees.Older);
        new TreeDiffer(older, newer).WriteTo(sink);
        return sink.Lines;
    }
}
