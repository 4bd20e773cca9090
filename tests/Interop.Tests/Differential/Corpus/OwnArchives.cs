using System.Globalization;
using LayerStore.Tar;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers;

namespace Interop.Tests.Differential.Corpus;

/// <summary>Archives that LayerStore writes: <c>writer-SEED</c>, random entries by its tar writer, and <c>diff-TAG</c>, a whole image as one layer by its differ.</summary>
internal static class OwnArchives
{
    private static readonly RandomTreeLimits s_limits = new(Nodes: true, LargeNumbers: true, Attributes: true, AnyByte: true, LongName: 255, LongPath: 1500, LongLink: 1500);

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Enumerable.Range(1, 5).Select(seed => $"writer-{seed}"),
        .. TestData.Tags.Select(tag => $"diff-{tag}"),
    ];

    /// <summary>Makes one.</summary>
    public static void Make(string name, string path)
    {
        var parts = name.Split('-', 2);
        using var output = File.Create(path);
        if (parts[0] == "writer")
            Write(output, RandomTree.Make(100 + int.Parse(parts[1], CultureInfo.InvariantCulture), s_limits));
        else
            Diff(output, parts[1]);
    }

    private static void Write(Stream output, IEnumerable<(TarEntry Entry, byte[] Content)> entries)
    {
        TarWriter writer = new(output);
        foreach (var (entry, content) in entries)
        {
            writer.WriteEntry(entry);
            writer.WriteContent(content);
        }

        writer.Finish();
    }

    private static void Diff(Stream output, string tag)
    {
        using TempDirectory temp = new();
        Store.UnpackAsync(TransportReference.Parse(TestData.Source(tag)), temp["tree"]).GetAwaiter().GetResult();
        LayerDiff.Write(null, temp["tree"], output);
    }
}
