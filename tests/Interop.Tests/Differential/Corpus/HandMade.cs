using LayerStore.Tests.Tar;

namespace Interop.Tests.Differential.Corpus;

/// <summary>Archives made block by block, each for one rule that readers may differ on.</summary>
internal static class HandMade
{
    private static readonly Dictionary<string, RawTar> s_archives = new[]
    {
        HandMadeHeaders.All, HandMadeExtensions.All, HandMadeSparse.All, HandMadeTrees.All, HandMadeEnds.All,
    }.SelectMany(archives => archives).ToDictionary();

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_archives.Keys];

    /// <summary>The bytes of one.</summary>
    public static byte[] Make(string name) => s_archives[name].ToArray();
}
