using System.Security.Cryptography;
using LayerStore.Compression;
using LayerStore.Images;
using LayerStore.Tar;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers.Commit;

namespace Interop.Tests.Reproducible;

/// <summary>A store with an image, mounted under the key <c>changes</c>, and <see cref="ScriptedTree"/> made in the mount.</summary>
internal sealed class MountedTree : IAsyncDisposable
{
    /// <summary>The snapshot's key.</summary>
    public const string Key = "changes";

    private MountedTree(Store store, string root, string mount)
    {
        Store = store;
        Root = root;
        Mount = mount;
    }

    /// <summary>The open store.</summary>
    public Store Store { get; }

    /// <summary>Its directory.</summary>
    public string Root { get; }

    /// <summary>Where the snapshot is mounted.</summary>
    public string Mount { get; }

    /// <summary>Makes it in a directory.</summary>
    public static async Task<MountedTree> MakeAsync(string directory, StoreDriver driver = StoreDriver.Overlay, bool backward = false)
    {
        var (root, mount) = (Path.Combine(directory, "store"), Path.Combine(directory, "mounted"));
        Store store = await Store.OpenAsync(root, new StoreOptions { Driver = driver, Sync = false });
        await store.PullAsync(TransportReference.Parse(TestData.Source("busybox")), new() { Name = "base" });
        await store.MountAsync("base", mount, Key);
        ScriptedTree.Make(mount, backward);
        return new MountedTree(store, root, mount);
    }

    /// <summary>The digests of <c>diff</c> and <c>commit</c>, under the names that they have in <see cref="GoldenDigests"/>.</summary>
    public async Task<Dictionary<string, string>> DigestsAsync()
    {
        Dictionary<string, string> digests = new()
        {
            ["diff"] = Sha256(await DiffAsync(new Timestamp(ScriptedTree.SourceDate.ToUnixTimeSeconds(), 0))),
        };
        foreach (var (compression, name) in new[] { (CompressionKind.None, "none"), (CompressionKind.Gzip, "gzip"), (CompressionKind.Zstd, GoldenDigests.Zstd) })
        {
            CommitResult result = await Store.CommitAsync(Key, "image-" + name, new CommitOptions { Compression = compression, SourceDate = ScriptedTree.SourceDate });
            ImageView view = await Store.LoadAsync(result.Image);
            digests[$"{name} layer"] = result.Layer!.Digest.ToString();
            digests[$"{name} config"] = view.Manifest.Config.Digest.ToString();
            digests[$"{name} manifest"] = result.Image.Manifest.Digest.ToString();
        }

        return digests;
    }

    /// <summary>The bytes of <c>diff</c>.</summary>
    public async Task<byte[]> DiffAsync(Timestamp? latest)
    {
        using MemoryStream tar = new();
        await Store.DiffAsync(Key, tar, latest);
        return tar.ToArray();
    }

    /// <summary>A digest in its usual form.</summary>
    public static string Sha256(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Store.UnmountAsync(Key, remove: true);
        await Store.DisposeAsync();
    }
}
