using System.Text;
using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Tests.Layers;

/// <summary>
/// What becomes of each change made through a real overlay mount, by both differs: a test for each rule
/// by which an overlay upper becomes a layer's tar.
/// </summary>
public sealed class DifferRulesTests
{
    private static void AssertLayer(string lower, string changes, params string[] expected)
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play(lower, changes);
        Assert.Equal(expected, sandbox.DiffUpper().Lines);
        Assert.Equal(expected, sandbox.DiffTrees().Lines);
    }

    [SkippableFact]
    public void Nothing_changed_makes_an_empty_layer() =>
        AssertLayer("mkdir d; echo x > d/f", "cat d/f");

    [SkippableFact]
    public void A_new_file_and_a_changed_one_are_entries() =>
        AssertLayer("echo x > old; echo x > same", "echo y >> old; echo z > new", "new", "old");

    [SkippableFact]
    public void A_deleted_file_is_a_whiteout() =>
        AssertLayer("mkdir d; touch d/f d/g", "rm d/f", "d/", "!d/f");

    [SkippableFact]
    public void A_deleted_directory_is_one_whiteout() =>
        AssertLayer("mkdir -p d/e; touch d/e/f", "rm -r d", "!d");

    [SkippableFact]
    public void A_whiteout_in_xattr_form_is_read()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("mkdir d; touch d/f d/g; touch -d @5 d", "true");
        Shell.Run(sandbox.Upper, """
            mkdir d; touch d/f; setfattr -n trusted.overlay.opaque -v x d; setfattr -n trusted.overlay.whiteout -v y d/f
            touch -d @5 d
            """);
        Assert.Equal(["d/", "!d/f"], sandbox.DiffUpper().Lines);
    }

    [SkippableFact]
    public void A_replaced_directory_hides_each_lower_name_that_was_not_made_again() =>
        AssertLayer(
            "mkdir -p d/sub; touch d/a d/b d/sub/x d/sub/y",
            "rm -r d; mkdir -p d/sub; touch d/b d/c d/sub/y",
            "d/", "!d/a", "d/b", "d/c", "d/sub/", "!d/sub/x", "d/sub/y");

    [SkippableFact]
    public void A_file_made_again_as_it_was_is_left_out_of_a_replaced_directory() =>
        AssertLayer(
            "mkdir d; echo 1 > d/a; echo 2 > d/b; touch -d @7 d/a d/b d",
            "rm -r d; mkdir d; echo 1 > d/a; touch -d @7 d/a d",
            "d/", "!d/b");

    [SkippableFact]
    public void An_opaque_directory_over_nothing_is_a_plain_directory() =>
        AssertLayer("true", "mkdir d; touch d/f", "d/", "d/f");

    [SkippableFact]
    public void A_whiteout_of_a_name_that_is_not_below_is_omitted()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("mkdir d; touch -d @5 d", "true");
        Shell.Run(sandbox.Upper, "mkdir d; mknod d/ghost c 0 0; touch -d @5 d");
        Assert.Empty(sandbox.DiffUpper().Lines);
    }

    [SkippableFact]
    public void The_directories_above_a_change_are_written_as_they_are() =>
        AssertLayer("mkdir -p a/b/c; touch a/b/c/f", "echo x > a/b/c/f", "a/", "a/b/", "a/b/c/", "a/b/c/f");

    [SkippableFact]
    public void A_copy_up_that_changed_nothing_is_left_out() =>
        AssertLayer("mkdir d; echo x > d/f", "exec 3<> d/f; exec 3>&-; chmod 600 d/f; chmod 644 d/f; chmod 700 d; chmod 755 d");

    [SkippableFact]
    public void The_same_size_and_time_do_not_hide_a_change() =>
        AssertLayer("echo x > f; touch -d @9 f", "echo y > f; touch -d @9 f", "f");

    [SkippableFact]
    public void A_file_over_a_directory_is_the_entry_alone() =>
        AssertLayer("mkdir d; touch d/f", "rm -r d; echo x > d", "d");

    [SkippableFact]
    public void A_directory_over_a_file_is_the_entry_and_what_is_in_it() =>
        AssertLayer("touch d", "rm d; mkdir d; touch d/f", "d/", "d/f");

    [SkippableFact]
    public void A_directory_over_a_symbolic_link_does_not_look_behind_it() =>
        AssertLayer("mkdir t; touch t/f; ln -s t d", "rm d; mkdir d; touch d/g", "d/", "d/g");

    [SkippableTheory]
    [InlineData("trusted.overlay.origin")]
    [InlineData("trusted.overlay.impure")]
    [InlineData("trusted.overlay.nlink")]
    [InlineData("trusted.overlay.upper")]
    [InlineData("trusted.overlay.uuid")]
    [InlineData("trusted.overlay.protattr")]
    [InlineData("trusted.overlay.xflags")]
    public void Overlays_own_attributes_are_never_exported(string name)
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("true", "mkdir d; touch d/f; setfattr -n user.kept -v 1 d");
        Shell.Run(sandbox.Upper, $"setfattr -n {name} -v y d");
        RecordingSink layer = sandbox.DiffUpper();
        Assert.Equal(["user.kept"], layer["d"].Xattrs.Select(xattr => xattr.Name.ToString()));
    }

    [SkippableFact]
    public void Attributes_of_a_nested_overlay_are_unescaped_by_one_level()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("true", "mkdir d");
        Shell.Run(sandbox.Upper, "setfattr -n trusted.overlay.overlay.opaque -v y d; setfattr -n trusted.overlay.overlay.overlay.origin -v z d");
        Assert.Equal(
            ["trusted.overlay.opaque", "trusted.overlay.overlay.origin"],
            sandbox.DiffUpper()["d"].Xattrs.Select(xattr => xattr.Name.ToString()));
    }

    [SkippableTheory]
    [InlineData("touch .wh.f")]
    [InlineData("mkdir -p d/.wh..wh..opq")]
    public void A_name_that_would_mean_a_whiteout_is_refused(string changes)
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("true", changes);
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => sandbox.DiffUpper());
        Assert.Equal(ErrorKind.FailedPrecondition, error.Kind);
        Assert.Equal(error.Message, Assert.Throws<LayerStoreException>(() => sandbox.DiffTrees()).Message);
    }

    [SkippableFact]
    public void A_path_that_readers_refuse_is_refused()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("true", "n=$(printf 'n%.0s' {1..200}); for i in {1..22}; do mkdir $n; cd $n; done");
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => sandbox.DiffUpper());
        Assert.Equal(ErrorKind.FailedPrecondition, error.Kind);
        Assert.Equal(error.Message, Assert.Throws<LayerStoreException>(() => sandbox.DiffTrees()).Message);
    }

    [SkippableFact]
    public void The_first_name_of_a_hard_link_carries_the_content()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("mkdir a", "echo x > z; ln z a/m; ln z b; setfattr -n user.x -v 1 b");
        RecordingSink layer = sandbox.DiffUpper();
        Assert.Equal(["a/", "a/m", "b => a/m", "z => a/m"], layer.Lines);
        Assert.Equal("x\n", Encoding.ASCII.GetString(layer.Contents["a/m"]));
        Assert.Equal(layer["a/m"].Xattrs, layer["z"].Xattrs);
        Assert.Equal(0, layer["z"].Size);
        Assert.Equal(layer.Lines, sandbox.DiffTrees().Lines);
    }

    [SkippableFact]
    public void A_new_name_for_a_lower_file_brings_the_file_along() =>
        AssertLayer("echo x > a", "ln a b", "a", "b => a");

    [SkippableFact]
    public void A_name_that_lives_below_only_is_no_link_to_the_changed_one()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("echo x > a; ln a b", "echo y > a");
        Assert.Equal(["a"], sandbox.DiffUpper().Lines);
    }

    [SkippableFact]
    public void Two_files_that_became_one_are_both_written() =>
        AssertLayer("echo x > a; cp -p a b", "rm b; ln a b; touch -r a b", "a", "b => a");

    [SkippableFact]
    public void A_symbolic_link_a_fifo_and_a_device_may_be_hard_linked() =>
        AssertLayer(
            "true",
            "ln -s t l1; ln l1 l2; mkfifo p1; ln p1 p2; mknod n1 b 7 9; ln n1 n2",
            "l1 -> t", "l2 => l1", "n1", "n2 => n1", "p1", "p2 => p1");

    [SkippableFact]
    public void Names_are_ordered_bytewise_and_whiteouts_come_first() =>
        AssertLayer(
            "mkdir d; touch d/b d/zz top",
            "touch d/a d/a.b d/é d/Z; mkdir d/a-; touch d/a-/x; rm d/b d/zz top",
            "!top", "d/", "!d/b", "!d/zz", "d/Z", "d/a", "d/a-/", "d/a-/x", "d/a.b", "d/é");

    [SkippableFact]
    public void The_root_is_an_entry_only_if_its_metadata_changed()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("true", "touch f; touch -d @0 .");
        Assert.Equal(["f"], sandbox.DiffUpper(ignoreRoot: false).Lines);
        Assert.Equal(["f"], sandbox.DiffTrees(ignoreRoot: false).Lines);
        Shell.Run(sandbox.Merged, "chmod 1777 .");
        Assert.Equal(["/", "f"], sandbox.DiffUpper(ignoreRoot: false).Lines);
        Assert.Equal(["/", "f"], sandbox.DiffTrees(ignoreRoot: false).Lines);
    }

    [SkippableFact]
    public void Everything_about_a_file_is_kept()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("true", """
            echo x > f; chown 70000:70001 f; chmod 6755 f; setfattr -n user.b -v 0x0a00ff f; setfattr -n user.a -v '' f
            touch -d '1969-12-31T23:59:58.123456789Z' f; mknod c c 1 3
            """);
        TarEntry file = sandbox.DiffUpper()["f"];
        Assert.Equal((TarEntryType.RegularFile, 0xDEDu, 70000u, 70001u, 2L), (file.Type, file.Mode, file.UserId, file.GroupId, file.Size));
        Assert.Equal(new Timestamp(-2, 123456789), file.ModifiedAt);
        Assert.Equal(["user.a=", "user.b=\\x0a\\x00\\xff"], file.Xattrs.Select(xattr => $"{xattr.Name}={xattr.Value}"));
        TarEntry device = sandbox.DiffUpper()["c"];
        Assert.Equal((TarEntryType.CharacterDevice, 1u, 3u), (device.Type, device.DeviceMajor, device.DeviceMinor));
    }

    [SkippableFact]
    public void A_socket_is_left_out_with_a_warning_and_hides_what_was_there()
    {
        using OverlaySandbox sandbox = new();
        string makeSocket = "python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('s')\"";
        sandbox.Play("touch s", $"rm s; {makeSocket}; mkfifo p");
        Assert.Equal(["!s", "p"], sandbox.DiffUpper().Lines);
        Assert.Equal(["!s", "p"], sandbox.DiffTrees().Lines);
        Assert.Contains("s is a socket", Assert.Single(sandbox.Warnings), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_sparse_file_is_written_dense()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("true", "truncate -s 100000 f; printf end >> f");
        byte[] content = sandbox.DiffUpper().Contents["f"];
        Assert.Equal(100003, content.Length);
        Assert.Equal("\0end"u8.ToArray(), content[^4..]);
    }

    [SkippableFact]
    public void A_file_that_changes_while_it_is_read_ends_the_pass()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("true", "echo x > f");
        RecordingSink sink = new() { Adding = _ => Shell.Run(sandbox.Merged, "echo y >> f") };
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => sandbox.DiffUpper(sink: sink));
        Assert.Equal(ErrorKind.Aborted, error.Kind);
    }

    [SkippableFact]
    public void The_changes_are_told_without_the_directories_above_them()
    {
        using OverlaySandbox sandbox = new();
        sandbox.Play("mkdir -p a/b; touch a/b/f a/b/g", "echo x > a/b/f; mkdir a/b/h; touch -d @0 a/b/h; rm a/b/g; touch -d @5 a/b; touch -r lower a || true");
        sandbox.DiffUpper();
        Assert.Equal(["M a/b", "D a/b/g", "M a/b/f", "A a/b/h"], sandbox.Changes);
    }
}
