using LayerStore.Oci;
using LayerStore.Transports.DockerArchive;

namespace Fuzz.Targets;

/// <summary>The targets that there are.</summary>
internal static class AllTargets
{
    /// <summary>In the order in which they are listed.</summary>
    public static IReadOnlyList<FuzzTarget> List { get; } =
    [
        new TarTarget(),
        new PaxTarget(),
        new SparseTarget(),
        new GzipTarget(),
        new ZstdTarget(),
        new Bzip2Target(),
        new JsonTarget("index", "\"manifests\"", bytes => ImageIndex.Parse(bytes)),
        new JsonTarget("manifest", "\"layers\"", bytes => ImageManifest.Parse(bytes)),
        new JsonTarget("config", "\"rootfs\"", bytes => ImageConfig.Parse(bytes)),
        new JsonTarget("docker-manifest", "\"RepoTags\"", bytes => DockerArchiveEntry.Parse(bytes, "manifest.json", DocumentLimits.Default)),
        new DockerArchiveTarget(),
        new ReferenceTarget(),
        new DigestTarget(),
        new ApplyTarget(),
        new OverlayTarget(),
        new ErofsTarget(),
        new PlantedCrashTarget(),
        new PlantedHangTarget(),
        new PlantedAllocationTarget(),
    ];

    /// <summary>One by name, or null.</summary>
    public static FuzzTarget? Find(string name) => List.FirstOrDefault(target => target.Name == name);
}
