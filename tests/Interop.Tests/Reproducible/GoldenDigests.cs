using System.Runtime.InteropServices;
using Interop.Tests.Support;

namespace Interop.Tests.Reproducible;

/// <summary>
/// testdata/golden/digests.tsv: the digests of what LayerStore makes of <see cref="ScriptedTree"/>, on every machine. A change of one is a
/// change of every layer that users commit from then on. <c>make approve-golden</c> takes the digests that the tests see now.
/// </summary>
internal static partial class GoldenDigests
{
    private static readonly Lock s_lock = new();

    private static string Location { get; } = Repository.PathOf("testdata/golden/digests.tsv");

    /// <summary>The digests of zstd are those of one version of libzstd.</summary>
    public static string Zstd { get; } = $"zstd-{ZstdVersion()}";

    /// <summary>Compares digests with the golden ones of the same names, all at once. Those of another libzstd are left out.</summary>
    public static void Check(IReadOnlyDictionary<string, string> digests)
    {
        if (GoldenApproval.Approving)
            Approve(digests);
        var golden = Read();
        var known = digests.Where(digest => golden.ContainsKey(digest.Key) || !digest.Key.StartsWith(Zstd, StringComparison.Ordinal)).OrderBy(digest => digest.Key).ToList();

        Assert.Equal(known.Select(digest => $"{digest.Key} {golden.GetValueOrDefault(digest.Key)}"), known.Select(digest => $"{digest.Key} {digest.Value}"));
    }

    /// <summary>Whether the golden digests have those of this libzstd.</summary>
    public static bool KnowZstd() => Read().Keys.Any(name => name.StartsWith(Zstd, StringComparison.Ordinal));

    private static void Approve(IReadOnlyDictionary<string, string> digests)
    {
        lock (s_lock)
        {
            var golden = Read();
            foreach (var (name, digest) in digests)
                golden[name] = digest;
            Directory.CreateDirectory(Path.GetDirectoryName(Location)!);
            File.WriteAllLines(Location, golden.Select(digest => $"{digest.Key}\t{digest.Value}").Order(StringComparer.Ordinal));
        }
    }

    private static Dictionary<string, string> Read() =>
        File.Exists(Location) ? File.ReadAllLines(Location).Select(line => line.Split('\t')).ToDictionary(fields => fields[0], fields => fields[1]) : [];

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_versionNumber")]
    private static partial uint ZstdVersion();
}
