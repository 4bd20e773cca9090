using Interop.Tests.Support;
using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers.Mounts;

namespace Interop.Tests.Unpack;

/// <summary>Type, mode, owner, mtime, size, content, hardlinks and xattrs of every path, beside what umoci unpacks now.</summary>
public sealed class UnpackedTreeTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public static TheoryData<string> Tags { get; } = [.. TestData.Tags];

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Tags))]
    public async Task A_plain_tree_and_a_mount_are_what_umoci_unpacks(string tag)
    {
        Tools.RequireRoot();
        Tools.Require(Oracle.Programs);
        var source = TransportReference.Parse(TestData.Source(tag));

        await Store.UnpackAsync(source, _temp["plain"]);
        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { Sync = false });
        Image image = await store.PullAsync(source, new() { Name = tag });
        MountResult mount = await store.MountAsync(image.Name, _temp["mounted"], readOnly: true);
        var plain = TestData.Tree(_temp["plain"]);
        var mounted = TestData.Tree(_temp["mounted"]);
        await store.UnmountAsync(mount.Key);

        Assert.Equal(plain, mounted);
        Assert.Equal(ExpectedTree(tag), AsOthersShow(tag, plain));
    }

    // umoci 0.4.7 reads neither zstd nor bzip2 layers, nor Docker's media types; it calls the tag of an index ambiguous; and Go's tar
    // reader stops at old GNU sparse files, which GNU tar itself reads.
    private static string ExpectedTree(string tag) => tag switch
    {
        "zstd" or "compressions" or "docker" => Oracle.UmociOfPlainLayers(TestData.Layout, tag),
        "multi" or "nested" => Oracle.UmociOfIndex(TestData.Layout, tag),
        "sparse" => Oracle.GnuTar(TestData.Layout, tag),
        _ => Oracle.Umoci(TestData.Layout, tag),
    };

    // Go's tar reader drops xattrs without a value; `attributes` has one. Nothing else may differ.
    private static string AsOthersShow(string tag, string tree) =>
        tag == "attributes" ? tree.Replace(",user.empty=,", ",", StringComparison.Ordinal) : tree;
}
