namespace Interop.Tests.Differential.Corpus;

/// <summary>
/// The archives that everyone reads, by name: <c>image/…</c> layers of testdata's images, <c>made/…</c> by tools, <c>hand/…</c> made
/// by hand, <c>random/…</c> generated from a seed, and <c>ours/…</c> written by LayerStore.
/// </summary>
public sealed class ArchiveCorpus : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly Lock _lock = new();

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. ImageLayers.Names.Select(name => "image/" + name),
        .. ToolArchives.Names.Select(name => "made/" + name),
        .. HandMade.Names.Select(name => "hand/" + name),
        .. RandomArchive.Names.Select(name => "random/" + name),
        .. OwnArchives.Names.Select(name => "ours/" + name),
    ];

    /// <inheritdoc/>
    public void Dispose() => _temp.Dispose();

    /// <summary>The archive's path; it is made when it is asked for first.</summary>
    public string Make(string archive)
    {
        var (kind, name) = archive.Split('/', 2) is [var first, var rest] ? (first, rest) : throw new ArgumentException(archive, nameof(archive));
        lock (_lock)
        {
            Directory.CreateDirectory(_temp[kind]);
            var path = _temp[$"{kind}/{name.Replace('/', '-')}.tar"];
            if (!File.Exists(path))
                Make(kind, name, path);
            return path;
        }
    }

    private void Make(string kind, string name, string path)
    {
        switch (kind)
        {
            case "image":
                ImageLayers.Make(name, path, _temp.CreateDirectory("layouts"));
                break;
            case "made":
                ToolArchives.Make(name, path);
                break;
            case "hand":
                File.WriteAllBytes(path, HandMade.Make(name));
                break;
            case "random":
                File.WriteAllBytes(path, RandomArchive.Make(name));
                break;
            default:
                OwnArchives.Make(name, path);
                break;
        }
    }
}
