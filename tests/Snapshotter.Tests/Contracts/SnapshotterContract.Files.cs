using System.Globalization;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Contracts;

/// <content>What the mounts of a snapshot show.</content>
public abstract partial class SnapshotterContract
{
    [SkippableFact]
    public async Task Changes_are_kept_from_prepare_to_view()
    {
        await CommitAsync("first", null, m =>
        {
            File.WriteAllText(m["foo"], "foo\n");
            Directory.CreateDirectory(m["a/b/c"]);
        });
        await CommitAsync("second", "first", m =>
        {
            Assert.Equal("foo\n", File.ReadAllText(m["foo"]));
            Assert.True(Directory.Exists(m["a/b/c"]));
            File.WriteAllText(m["bar"], "bar\n");
            File.WriteAllText(m["foo"], "bar\n");
            Directory.Delete(m["a/b"], recursive: true);
        });
        using (MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", "second")))
        {
            Assert.Equal("bar\n", File.ReadAllText(view["bar"]));
            Assert.Equal("bar\n", File.ReadAllText(view["foo"]));
            Assert.Equal(["a", "bar", "foo"], Names(view.Path));
            Assert.Empty(Names(view["a"]));
        }

        using MountedSnapshot first = MountAt(await Snapshots.ViewAsync("view1", "first"));
        Assert.Equal(["a", "foo"], Names(first.Path));
        Assert.Equal("foo\n", File.ReadAllText(first["foo"]));
    }

    [SkippableFact]
    public async Task A_file_that_two_layers_change_shows_the_last_change()
    {
        await CommitAsync("1", null, m => File.WriteAllText(m["file"], "one"));
        await CommitAsync("2", "1", m => File.WriteAllText(m["file"], "two"));
        await CommitAsync("3", "2", m => File.AppendAllText(m["file"], " and three"));
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", "3"));
        Assert.Equal("two and three", File.ReadAllText(view["file"]));
    }

    [SkippableFact]
    public async Task A_directory_removed_and_made_again_does_not_show_what_was_in_it()
    {
        await CommitAsync("1", null, m =>
        {
            Directory.CreateDirectory(m["dir/sub"]);
            File.WriteAllText(m["dir/file"], "old");
        });
        await CommitAsync("2", "1", m =>
        {
            Directory.Delete(m["dir"], recursive: true);
            Directory.CreateDirectory(m["dir"]);
            File.WriteAllText(m["dir/new"], "new");
        });
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", "2"));
        Assert.Equal(["new"], Names(view["dir"]));
    }

    [SkippableFact]
    public async Task Deleted_files_stay_deleted_in_all_that_is_above()
    {
        await CommitAsync("1", null, m =>
        {
            File.WriteAllText(m["foo"], "foo");
            File.WriteAllText(m["foobar"], "foobar");
        });
        await CommitAsync("2", "1", m => File.Delete(m["foobar"]));
        await CommitAsync("3", "2");
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", "3"));
        Assert.Equal(["foo"], Names(view.Path));
    }

    [SkippableFact]
    public async Task Files_and_directories_of_a_layer_below_can_be_moved()
    {
        await CommitAsync("1", null, m =>
        {
            Directory.CreateDirectory(m["dir1/sub"]);
            File.WriteAllText(m["dir1/f1"], "f1");
            File.WriteAllText(m["dir1/f2"], "f2");
        });
        await CommitAsync("2", "1", m =>
        {
            // mv falls back to copying where the file system refuses to rename a directory of a lower layer.
            ProcessRunner.Run("mv", m["dir1"], m["dir2"]);
            File.Move(m["dir2/f1"], m["f1"]);
        });
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", "2"));
        Assert.Equal(["dir2", "f1"], Names(view.Path));
        Assert.Equal(["f2", "sub"], Names(view["dir2"]));
        Assert.Equal("f1", File.ReadAllText(view["f1"]));
    }

    [SkippableFact]
    public async Task Owners_modes_links_and_xattrs_are_kept()
    {
        Tools.Require("setfattr", "getfattr", "setcap", "getcap");
        string script = """
            cd "$1"
            mkdir dir sticky; chmod 1777 sticky; chmod 2750 dir; chown 7:8 dir
            echo x > dir/file; chown 1000:1001 dir/file; chmod 4711 dir/file
            cp /bin/true cap; setcap cap_net_raw+ep cap
            setfattr -n user.note -v 0x000a0aff dir
            ln dir/file hard; ln -s /nowhere/else soft; chown -h 5:6 soft
            mkfifo -m 600 fifo
            if [ "$2" = devices ]; then mknod -m 666 null c 1 3; else mkfifo null; fi
            truncate -s 1M sparse
            touch -h -d '1969-12-31 23:59:59.123456789 UTC' soft; touch -d '2001-02-03 04:05:06.7 UTC' dir/file dir sticky cap fifo null sparse
            """;
        string look = """
            cd "$1"; find . -mindepth 1 -printf '%P %y %m %U:%G %n %s %T@ %l\n' | sort
            getfattr -dRhm- -e hex . 2>/dev/null | grep -v -e trusted.overlay -e user.overlay; stat -c %i dir/file hard | uniq | wc -l; stat -c %t:%T null
            """;
        string before = string.Empty;
        await CommitAsync("1", null, m =>
        {
            // The kernel lets nobody make devices in a user namespace.
            ProcessRunner.Script(script, m.Path, UserNamespace.Current.IsInitial ? "devices" : "none");
            before = ProcessRunner.Script(look, m.Path).Output;
        });
        await CommitAsync("2", "1");
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", "2"));
        Assert.Contains("security.capability", before, StringComparison.Ordinal);
        Assert.Equal(before, ProcessRunner.Script(look, view.Path).Output);
        Assert.True(long.Parse(ProcessRunner.Run("stat", "-c", "%b", view["sparse"]).Output, CultureInfo.InvariantCulture) < 64, "THE HOLE WAS FILLED!");
    }

    [SkippableFact]
    public async Task Changed_owners_and_directory_modes_are_committed()
    {
        await CommitAsync("1", null, m =>
        {
            Directory.CreateDirectory(m["opt"]);
            Directory.CreateDirectory(m["dir"]);
            File.WriteAllText(m["opt/file"], "x");
        });
        await CommitAsync("2", "1", m => ProcessRunner.Run("chown", "-R", "1:2", m["opt"]));
        await CommitAsync("3", "2", m => ProcessRunner.Run("chmod", "0700", m["dir"]));
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", "3"));
        Assert.Equal(["1:2 755", "1:2 644", "0:0 700"], ProcessRunner.Run("stat", "-c", "%u:%g %a", view["opt"], view["opt/file"], view["dir"]).Lines);
    }

    [SkippableFact]
    public async Task The_root_is_0755_and_passes_on_what_it_was_made()
    {
        await CommitAsync("plain", null, m => Assert.Equal(["755 0:0"], Root(m)));
        await CommitAsync("changed", "plain", m =>
        {
            Assert.Equal(["755 0:0"], Root(m));
            ProcessRunner.Script("chmod 0711 \"$1\"; chown 3:4 \"$1\"; setfattr -n user.note -v hello \"$1\"", m.Path);
        });
        await CommitAsync("above", "changed", m => File.WriteAllText(m["file"], "x"));
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", "above"));
        using MountedSnapshot active = MountAt(await Snapshots.PrepareAsync("active", "above"));
        foreach (MountedSnapshot mounted in new[] { view, active })
        {
            Assert.Equal(["711 3:4"], Root(mounted));
            Assert.Equal("hello", ProcessRunner.Run("getfattr", "-n", "user.note", "--only-values", mounted.Path).Output);
        }

        static string[] Root(MountedSnapshot mounted) => ProcessRunner.Run("stat", "-c", "%a %u:%g", mounted.Path).Lines;
    }

    [SkippableFact]
    public async Task A_view_is_read_only_for_root_too()
    {
        await CommitAsync("base", null, m => File.WriteAllText(m["file"], "x"));
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", "base"));
        Assert.Throws<IOException>(() => File.WriteAllText(view["new"], "x"));
        Assert.Throws<IOException>(() => File.AppendAllText(view["file"], "x"));
        Assert.Throws<IOException>(() => File.Delete(view["file"]));
        Assert.Contains("Read-only file system", ProcessRunner.TryRun("chmod", "600", view["file"]).Error, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", ProcessRunner.TryRun("touch", view.Path).Error, StringComparison.Ordinal);
        Assert.Equal("x", File.ReadAllText(view["file"]));
    }

    [SkippableFact]
    public async Task A_view_without_a_parent_is_an_empty_read_only_directory()
    {
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", null));
        Assert.Empty(Names(view.Path));
        Assert.Throws<IOException>(() => File.WriteAllText(view["new"], "x"));
    }

    [SkippableFact]
    public async Task Two_snapshots_of_one_parent_do_not_see_each_other()
    {
        await CommitAsync("base", null, m => File.WriteAllText(m["file"], "base"));
        using MountedSnapshot one = MountAt(await Snapshots.PrepareAsync("one", "base"));
        using MountedSnapshot two = MountAt(await Snapshots.PrepareAsync("two", "base"));
        File.WriteAllText(one["file"], "one");
        File.Delete(two["file"]);
        Assert.Equal("one", File.ReadAllText(one["file"]));
        Assert.False(File.Exists(two["file"]));
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", "base"));
        Assert.Equal("base", File.ReadAllText(view["file"]));
    }

    [SkippableFact]
    public async Task Usage_is_what_the_snapshot_itself_takes()
    {
        const int Size = 1 << 20;
        await CommitAsync("base", null, m =>
        {
            File.WriteAllBytes(m["big"], new byte[Size]);
            ProcessRunner.Run("ln", m["big"], m["again"]);
        });
        SnapshotUsage committed = await Snapshots.UsageAsync("base");
        Assert.InRange(committed.Bytes, Size, Size + 65536);
        Assert.Equal(2, committed.Inodes);

        await Snapshots.PrepareAsync("active", null);
        SnapshotUsage before = await Snapshots.UsageAsync("active");
        using (MountedSnapshot active = await MountAsync("active"))
        {
            File.WriteAllBytes(active["big"], new byte[Size]);
            ProcessRunner.Run("sync", "-f", active.Path);
            SnapshotUsage after = await Snapshots.UsageAsync("active");
            Assert.InRange(after.Bytes - before.Bytes, Size, Size + 65536);
            Assert.Equal(1, after.Inodes - before.Inodes);
        }

        await Snapshots.ViewAsync("view", "base");
        Assert.InRange((await Snapshots.UsageAsync("view")).Bytes, 0, 65536);
    }

    [SkippableFact]
    public async Task A_chain_of_128_layers_is_mounted()
    {
        string? parent = null;
        for (int i = 1; i <= 128; i++)
        {
            int number = i;
            await CommitAsync($"layer-{i}", parent, m =>
            {
                File.WriteAllText(m["bottom"], number.ToString(CultureInfo.InvariantCulture));
                Directory.CreateDirectory(m[$"{number}"]);
            });
            parent = $"layer-{i}";
        }

        using MountedSnapshot active = MountAt(await Snapshots.PrepareAsync("active", parent));
        Assert.Equal("128", File.ReadAllText(active["bottom"]));
        Assert.Equal(129, Names(active.Path).Length);
        using MountedSnapshot view = MountAt(await Snapshots.ViewAsync("view", parent));
        Assert.Equal(129, Names(view.Path).Length);
    }

    private static string[] Names(string directory) =>
        [.. Directory.GetFileSystemEntries(directory).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
}
