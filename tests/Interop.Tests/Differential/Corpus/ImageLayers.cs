using System.Text.Json;

namespace Interop.Tests.Differential.Corpus;

/// <summary>The layers of testdata's images, unpacked by gzip, bzip2 and zstd: <c>TAG/N</c>, the base layer is 1. What is the same in another image is not there twice.</summary>
internal static class ImageLayers
{
    // Not images of one platform, or not images.
    private static readonly string[] s_others = ["multi", "nested", "artifact"];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. FindNames()];

    /// <summary>Unpacks a layer.</summary>
    /// <param name="name">Which.</param>
    /// <param name="path">Where.</param>
    /// <param name="layouts">A directory for what several layers need.</param>
    public static void Make(string name, string path, string layouts)
    {
        var (tag, number) = name.Split('/') is [var first, var second] ? (first, int.Parse(second, System.Globalization.CultureInfo.InvariantCulture)) : throw new ArgumentException(name, nameof(name));
        var layout = Path.Combine(layouts, tag);
        if (!Directory.Exists(layout))
            ProcessRunner.Run(Repository.PathOf("tests/Interop.Tests/Support/plain-layout.sh"), TestData.Layout, tag, layout);
        using var index = JsonDocument.Parse(File.ReadAllText(Path.Combine(layout, "index.json")));
        using var manifest = Blob(layout, index.RootElement.GetProperty("manifests")[0]);
        File.Copy(BlobPath(layout, manifest.RootElement.GetProperty("layers")[number - 1]), path);
    }

    private static IEnumerable<string> FindNames()
    {
        HashSet<string> seen = [];
        using var index = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestData.Layout, "index.json")));
        foreach (var descriptor in index.RootElement.GetProperty("manifests").EnumerateArray())
        {
            var tag = descriptor.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString()!;
            if (s_others.Contains(tag))
                continue;
            using var manifest = Blob(TestData.Layout, descriptor);
            using var config = Blob(TestData.Layout, manifest.RootElement.GetProperty("config"));
            var number = 0;
            foreach (var layer in config.RootElement.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray())
            {
                number++;
                if (seen.Add(layer.GetString()!))
                    yield return $"{tag}/{number}";
            }
        }
    }

    private static JsonDocument Blob(string layout, JsonElement descriptor) => JsonDocument.Parse(File.ReadAllText(BlobPath(layout, descriptor)));

    private static string BlobPath(string layout, JsonElement descriptor) =>
        Path.Combine(layout, "blobs", descriptor.GetProperty("digest").GetString()!.Replace(':', '/'));
}
