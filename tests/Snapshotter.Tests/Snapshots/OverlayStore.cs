using LayerStore;
using LayerStore.Content;
using LayerStore.Oci;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;
using Snapshotter.Tests.Contracts;

namespace Snapshotter.Tests.Snapshots;

/// <summary>A new store with an overlay snapshotter, and short ways to fill and look at it.</summary>
internal sealed class OverlayStore : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<OverlaySnapshotter> _opened = [];
    private int _count;

    public OverlayStore(string root = "store", XattrNamespace xattrs = XattrNamespace.Trusted)
    {
        Tools.RequireRoot();
        Layout = StoreLayout.OpenOrCreate(_directory[root], xattrs);
        Snapshots = Reopen();
    }

    public StoreLayout Layout { get; }

    public OverlaySnapshotter Snapshots { get; }

    /// <summary>Opens the store once more, as another process would.</summary>
    public OverlaySnapshotter Reopen(string owner = "cli")
    {
        OverlaySnapshotter snapshotter = OverlaySnapshotter.Open(Layout, new SnapshotterOptions { Owner = owner });
        lock (_opened)
        {
            _opened.Add(snapshotter);
        }

        return snapshotter;
    }

    /// <summary>A diffID for a word.</summary>
    public static Digest DiffId(string word) => Digest.Compute(System.Text.Encoding.UTF8.GetBytes(word));

    /// <summary>The chain ID of layers with these words.</summary>
    public static Digest Chain(params string[] words) => ChainId.Compute(words.Select(DiffId))[^1];

    /// <summary>A draft with what a script makes in it.</summary>
    public async Task<LayerDraft> DraftAsync(string? script = null, OverlaySnapshotter? snapshotter = null)
    {
        LayerDraft draft = await (snapshotter ?? Snapshots).BeginLayerAsync();
        if (script is not null)
        {
            ProcessRunner.Script("cd \"$1\"; " + script, draft.Directory);
        }

        return draft;
    }

    /// <summary>Publishes layers, each named by a word and made by a script; null for one that is there. Returns the chain ID.</summary>
    public async Task<string> PublishAsync(params (string Word, string? Script)[] layers)
    {
        List<LayerDraft> drafts = [];
        List<LayerLink> chain = [];
        foreach ((string word, string? script) in layers)
        {
            LayerDraft? draft = script is null ? null : await DraftAsync(script);
            if (draft is not null)
            {
                draft.HasRootEntry = script!.Contains("#root", StringComparison.Ordinal);
                draft.HasOpaqueRoot = script.Contains("#opaque", StringComparison.Ordinal);
                drafts.Add(draft);
            }

            chain.Add(new LayerLink(DiffId(word), ChainId.Append(chain.LastOrDefault()?.ChainId, DiffId(word)), draft));
        }

        await Snapshots.PublishAsync(chain);
        foreach (LayerDraft draft in drafts)
        {
            await draft.DisposeAsync();
        }

        return chain[^1].ChainId.ToString();
    }

    public MountedSnapshot Mount(IReadOnlyList<Mount> mounts) => new(mounts, _directory[$"mnt{Interlocked.Increment(ref _count)}"]);

    /// <summary>The numbers of the trees on the disk, without the empty one.</summary>
    public IReadOnlyList<long> Trees() =>
        [.. Directory.GetDirectories(Layout.Trees).Select(p => long.Parse(Path.GetFileName(p))).Where(n => n > 0).Order()];

    public void Dispose()
    {
        _opened.ForEach(o => o.Dispose());
        _directory.Dispose();
    }
}
