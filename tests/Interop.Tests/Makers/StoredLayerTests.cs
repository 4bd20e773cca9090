using System.Text.RegularExpressions;
using Interop.Tests.Differential.Corpus;
using LayerStore;
using Snapshotter.Layers;

namespace Interop.Tests.Makers;

/// <summary>
/// Layers of many makers, of GNU tar, bsdtar, busybox, cpio, Python, Perl, umoci and buildah in each of their formats and made by hand:
/// stored by themselves and mounted, they show what unpacking them shows. How others read them, the differential tests compare.
/// </summary>
[Long]
public sealed partial class StoredLayerTests(ArchiveCorpus corpus, FilesBelow files) : IClassFixture<ArchiveCorpus>, IClassFixture<FilesBelow>
{
    public static TheoryData<string> Archives { get; } = [.. ArchiveCorpus.Names];

    [SkippableTheory]
    [MemberData(nameof(Archives))]
    public void A_stored_layer_shows_mounted_what_unpacking_it_gives(string archive)
    {
        Tools.RequireRoot();
        Tools.RequireFileSystem("overlay");
        Tools.Require("setfattr");
        string layer = corpus.Make(archive);
        using TempDirectory temp = new();
        ProcessRunner.Run("cp", "-a", files.FullPath, temp["flat"]);

        Compare(temp, layer, temp["plain"], [], "over nothing");
        Compare(temp, layer, temp["flat"], [files.FullPath], "over other files");
    }

    private static void Compare(TempDirectory temp, string layer, string plain, string[] parents, string where)
    {
        LayerStoreException? unpacked = Try(() => LayerApply.ToTree(File.OpenRead(layer), plain));
        string directory = temp[$"stored{parents.Length}"];
        List<string> warnings = [];
        LayerStoreException? stored = Try(() => LayerApply.ToOverlay(File.OpenRead(layer), directory, parents, new LayerOptions { Warn = warnings.Add }));
        Assert.True(unpacked?.Kind == stored?.Kind, $"{where}: unpacked: {unpacked?.Message ?? "well"}; stored: {stored?.Message ?? "well"}");
        if (unpacked is not null)
        {
            return;
        }

        // Overlay has no mark for a layer that hides all that is below: the chain ends with it, and it says so.
        parents = warnings.Any(warning => warning.Contains("hides all", StringComparison.Ordinal)) ? [] : parents;
        string mount = temp.CreateDirectory($"mount{parents.Length}");
        string[] lowers = [directory, .. parents, temp.CreateDirectory($"empty{parents.Length}")];
        ProcessRunner.Run("mount", "-t", "overlay", "overlay", "-o", $"lowerdir={string.Join(':', lowers)}", mount);
        string[] expected = [.. Tree(plain)];
        string[] actual = [.. Tree(mount)];
        Assert.True(
            expected.SequenceEqual(actual),
            $"{where}: unpacked\n{string.Join('\n', expected.Except(actual))}\nmounted\n{string.Join('\n', actual.Except(expected))}");
    }

    /// <summary>All but the root, which in a mount is the topmost directory's; and overlay's own attributes, which a plain tree has not.</summary>
    private static IEnumerable<string> Tree(string directory) => TestData.Tree(directory)
        .Split('\n')
        .Where(line => !line.StartsWith(".\t", StringComparison.Ordinal))
        .Select(line => NestedOverlay().Replace(line, "\t-"));

    [GeneratedRegex(@"\ttrusted\.overlay\.[a-z]+=[0-9a-f]+$")]
    private static partial Regex NestedOverlay();

    private static LayerStoreException? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (LayerStoreException e)
        {
            return e;
        }
    }
}
