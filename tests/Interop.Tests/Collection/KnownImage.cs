using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers.Pull;
using TestData = TestSupport.TestData;

namespace Interop.Tests.Collection;

/// <summary>An image of the test data, with its blobs in memory.</summary>
internal sealed record KnownImage(ImageView View, IReadOnlyList<(Descriptor Descriptor, byte[] Bytes)> Blobs)
{
    public static async Task<KnownImage> LoadAsync(Store scratch, string tag)
    {
        var image = await scratch.PullAsync(TransportReference.Parse(TestData.Source(tag)), new PullOptions { Name = tag, Unpack = false });
        var view = await scratch.LoadAsync(image);
        List<(Descriptor, byte[])> blobs = [];
        foreach (var blob in view.Manifest.Layers.Append(view.Manifest.Config).Append(image.Manifest))
            blobs.Add((blob, await scratch.Content.ReadAllAsync(blob, int.MaxValue)));
        return new KnownImage(view, blobs);
    }
}
