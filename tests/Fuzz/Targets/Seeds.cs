using System.Text;
using TestSupport;

namespace Fuzz.Targets;

/// <summary>Inputs from testdata/.</summary>
internal static class Seeds
{
    private const int MaxLayer = 32 << 10;

    /// <summary>The layers of the corpus that have one of the kinds, in a fixed order.</summary>
    public static IEnumerable<byte[]> Layers(Func<string, bool>? isWanted = null) =>
        Directory.EnumerateFiles(Repository.PathOf("testdata/layers/apply"), "*.tar", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Where(file => new FileInfo(file).Length <= MaxLayer && (isWanted is null || isWanted(file)))
            .Select(File.ReadAllBytes);

    /// <summary>The JSON documents of the layout that hold a text.</summary>
    public static IEnumerable<byte[]> Documents(string mark) =>
        Directory.EnumerateFiles(Repository.PathOf("testdata/layout"), "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Where(file => new FileInfo(file).Length is > 0 and <= MaxLayer)
            .Select(File.ReadAllBytes)
            .Where(bytes => bytes[0] == '{' && Encoding.UTF8.GetString(bytes).Contains(mark, StringComparison.Ordinal));

    /// <summary>Texts as bytes.</summary>
    public static IEnumerable<byte[]> Texts(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes);
}
