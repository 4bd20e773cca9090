using Interop.Tests.Support;
using LayerStore.Compression;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers.Commit;

namespace Interop.Tests.Commit;

/// <summary>umoci unpacks an image that we committed, and gets exactly what was mounted.</summary>
public sealed class CommittedImageTests : IDisposable
{
    // Everything a layer can say: new, changed, removed and replaced paths of each type, and each piece of metadata.
    private const string Changes =
        """
        cd "$1"
        printf 'new\n' > new; ln new 'second name'; mkdir -p deep/er; ln new deep/er/third; ln -s ../new deep/link; ln -s nowhere dangling
        printf x > $'caf\xe9'; mkdir $'\xff directory'; printf y > $'\xff directory/line\nbreak'; ln -s $'\xfe' $'link \xfd'
        rm etc/protocols bin/ash; rm -r usr/sbin
        rm -r opt/data; mkdir opt/data; printf z > opt/data/fresh
        rm opt/app/becomes-a-file; mkdir opt/app/becomes-a-file; printf a > opt/app/becomes-a-file/inside
        rm -r opt/app/becomes-a-directory; printf b > opt/app/becomes-a-directory
        rm -r opt/app/becomes-a-real-directory; ln -s conf opt/app/becomes-a-real-directory
        rm opt/app/fifo; mkfifo -m 0604 opt/app/fifo; mknod -m 0660 block b 7 200; mknod opt/app/zero c 1 5
        printf 'more\n' >> opt/app/conf/one; chmod 6755 bin/busybox; chown 70000:4294967294 etc/passwd
        chown -h 12:34 dangling; chmod 1777 deep; chmod 0000 deep/er; chmod 0711 .
        setcap cap_net_raw,cap_dac_override,cap_fowner+ep new; setcap -r bin/ping
        setfattr -n user.text -v 'a value' new; setfattr -n user.binary -v 0x000a80ff3d00 deep; setfattr -x user.comment opt/app/conf/two
        setfattr -n trusted.note -v 'kept' new; setfacl -m u:1234:r opt/app/conf/two; setfacl -d -m u:1234:rx deep
        mv srv/links/a srv/links/moved; ln srv/links/moved srv/links/and-linked; mv usr/bin usr/tools
        touch -d '2024-05-06 07:08:09.000000001' new; touch -d '1969-12-31 23:59:58.25' opt/data/fresh; touch -d '2107-01-01 00:00:00.5' deep
        touch -h -d '2024-05-06 07:08:09.987654321' dangling; touch -d '2024-05-06 07:08:10.999999999' opt .
        """;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData(CompressionKind.Gzip, StoreDriver.Overlay)]
    [InlineData(CompressionKind.None, StoreDriver.Overlay)]
    [InlineData(CompressionKind.Zstd, StoreDriver.Overlay)]
    [InlineData(CompressionKind.Gzip, StoreDriver.Native)]
    public async Task Umoci_unpacks_what_was_mounted(CompressionKind compression, StoreDriver driver)
    {
        Tools.RequireRoot();
        Tools.Require([.. Oracle.Programs, "setcap", "setfattr", "setfacl"]);
        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { Driver = driver, Sync = false });
        await store.PullAsync(TransportReference.Parse(TestData.Source("layers")), new() { Name = "base" });
        await store.MountAsync("base", _temp["mounted"], key: "changes");
        ProcessRunner.Script(Changes, _temp["mounted"]);
        var mounted = TestData.Tree(_temp["mounted"]);

        await store.CommitAsync("changes", "changed", new CommitOptions { Compression = compression, Message = "everything" });
        await store.PushAsync("changed", TransportReference.Parse($"oci:{_temp["layout"]}:changed"));
        await store.UnmountAsync("changes");

        // umoci 0.4.7 knows no zstd.
        Assert.Equal(
            mounted,
            compression == CompressionKind.Zstd ? Oracle.UmociOfPlainLayers(_temp["layout"], "changed") : Oracle.Umoci(_temp["layout"], "changed"));
    }

    [SkippableFact]
    public async Task Two_commits_on_top_of_each_other_are_unpacked_too()
    {
        Tools.RequireRoot();
        Tools.Require([.. Oracle.Programs, "setcap", "setfattr", "setfacl"]);
        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { Sync = false });
        await store.PullAsync(TransportReference.Parse(TestData.Source("layers")), new() { Name = "base" });
        await store.MountAsync("base", _temp["first"], key: "first");
        ProcessRunner.Script(Changes, _temp["first"]);
        await store.CommitAsync("first", "one");

        await store.MountAsync("one", _temp["second"], key: "second");
        ProcessRunner.Script(
            """
            cd "$1"
            rm 'second name' block; chmod 0755 deep/er; printf more >> deep/er/third; rm -r opt/data; printf plain > opt/data
            rm -r $'\xff directory'; mkdir usr/bin; printf 1 > usr/bin/new; setcap -r new
            """,
            _temp["second"]);
        var mounted = TestData.Tree(_temp["second"]);
        await store.CommitAsync("second", "two");
        await store.PushAsync("two", TransportReference.Parse($"oci:{_temp["layout"]}:two"));

        Assert.Equal(mounted, Oracle.Umoci(_temp["layout"], "two"));
    }
}
