using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers.Commit;
using Snapshotter.Layers.Mounts;

namespace Interop.Tests.Readme;

/// <summary>README.md shows the lines between the markers, and <see cref="ReadmeTests"/> runs them.</summary>
internal static class Sample
{
    public static async Task RunAsync(string root, string layout, string target, string exported)
    {
        // <readme>
        await using Store store = await Store.OpenAsync(root);

        // Copies, verifies and unpacks the image. What is here already is not copied again.
        Image image = await store.PullAsync(TransportReference.Parse($"oci:{layout}:layers"), new() { Name = "demo" });
        Console.WriteLine($"{image.Name} {image.Manifest.Digest}");

        // A snapshot of it, mounted: readable and writable, and the image stays as it is.
        MountResult mount = await store.MountAsync("demo", target, key: "my-container");
        await File.AppendAllTextAsync(Path.Combine(target, "etc/motd"), "hello\n");

        // What changed, and only that, becomes a layer on top: a new image, which any other tool reads.
        CommitResult commit = await store.CommitAsync(mount.Key, "demo:changed", new() { Message = "a greeting" });
        Console.WriteLine($"{commit.Image.Name} {commit.Image.Manifest.Digest}");
        await store.PushAsync("demo:changed", TransportReference.Parse($"oci:{exported}:changed"));

        // The snapshot keeps its changes until it is removed.
        await store.UnmountAsync(mount.Key, remove: true);
        // </readme>
    }
}
