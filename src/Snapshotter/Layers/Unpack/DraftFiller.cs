using LayerStore.Images;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Complete;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Unpack;

/// <summary>Fills a draft with one layer of an image: an image of it, or the files, what a loose layer lacks, and the layer's manifest.</summary>
internal sealed class DraftFiller : IDisposable
{
    private readonly ILayerSnapshotter _snapshots;
    private readonly ImageView _image;
    private readonly int _index;
    private readonly LayerExtractor _extractor;
    private readonly ApplyOptions _how;
    private readonly ContentHashes _hashes = new();
    private ImageFiller? _files;
    private LayerApplyResult? _result;

    private DraftFiller(ILayerSnapshotter snapshots, ImageView image, int index, LayerExtractor extractor, LayerDraft draft)
    {
        _snapshots = snapshots;
        _image = image;
        _index = index;
        _extractor = extractor;
        _how = extractor.ApplyOptions(WhiteoutMode.Overlay) with { OverlayXattrNamespace = snapshots.OverlayXattrNamespace, Hashes = _hashes };
        Draft = draft;
    }

    private ImageLayer Layer => _image.Layers[_index];

    /// <summary>The draft. It stays whoever's calls <see cref="LayerDraft.DisposeAsync"/> on it.</summary>
    public LayerDraft Draft { get; }

    /// <summary>Whether it must still be completed on top of what is below it.</summary>
    public bool IsLoose => _files is { IsPlain: true } ? _files.IsLoose : _result!.IsLoose;

    /// <summary>Extracts a layer. One that is not loose is finished then.</summary>
    /// <param name="snapshots">Where the draft comes from.</param>
    /// <param name="image">The image.</param>
    /// <param name="index">Which of its layers, from the base.</param>
    /// <param name="extractor">How to extract.</param>
    /// <param name="makesImage">Whether the draft becomes an image, if the layer is one that an image can show.</param>
    /// <param name="begun">Is given the draft as soon as there is one, also if this fails later.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<DraftFiller> ExtractAsync(
        ILayerSnapshotter snapshots,
        ImageView image,
        int index,
        LayerExtractor extractor,
        bool makesImage,
        Action<LayerDraft> begun,
        CancellationToken cancellationToken)
    {
        LayerDraft draft = await snapshots.BeginLayerAsync(cancellationToken).ConfigureAwait(false);
        begun(draft);
        DraftFiller filler = new(snapshots, image, index, extractor, draft);
        try
        {
            await filler.FillAsync(makesImage, cancellationToken).ConfigureAwait(false);
            return filler;
        }
        catch
        {
            filler.Dispose();
            throw;
        }
    }

    /// <summary>Completes a loose layer on top of what is below it, whose snapshot must be there: it says how those layers stack.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        using SnapshotStack? below = _index == 0
            ? null
            : await _snapshots.StackAsync(_image.Layers[_index - 1].ChainId.ToString(), cancellationToken).ConfigureAwait(false);
        using StackView? view = below is null ? null : StackView.Open(below.Lowers, _snapshots.OverlayXattrNamespace, empty: below.Empty);
        if (_files is { IsPlain: true } files)
        {
            if (view is not null && files.TryComplete(view.Root))
            {
                await WriteImageAsync(files, cancellationToken).ConfigureAwait(false);
                return;
            }

            files.GiveUp();
            await ApplyAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_result!.IsLoose)
        {
            _hashes.Changed();
            using RootDirectory layer = RootDirectory.Open(Draft.Directory);
            LooseLayerCompleter.Complete(layer, _result, view?.Root, _how);
        }

        await WriteManifestAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _files?.Dispose();

    private async Task FillAsync(bool makesImage, CancellationToken cancellationToken)
    {
        if (makesImage)
        {
            _files = await ImageFiller.CopyAsync(Draft, Layer, _extractor, _how, cancellationToken).ConfigureAwait(false);
        }

        if (_files is { IsPlain: true } files)
        {
            if (!files.IsLoose)
            {
                await WriteImageAsync(files, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        await ApplyAsync(cancellationToken).ConfigureAwait(false);
        if (!_result!.IsLoose)
        {
            await WriteManifestAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes the layer's files, from the blob or from the tar that was copied.</summary>
    private async Task ApplyAsync(CancellationToken cancellationToken)
    {
        using RootDirectory root = RootDirectory.Open(Draft.Directory);
        _result = await (_files is null
            ? _extractor.ExtractAsync(Layer, root, _how, cancellationToken)
            : _extractor.ApplyAsync(Layer, _files.Tar, root, _how, cancellationToken)).ConfigureAwait(false);
        Draft.HasRootEntry = _result.HasRootEntry;
        Draft.HasOpaqueRoot = _result.HasOpaqueRoot;
        Draft.IsChainBound = _result.IsLoose || _result.HasSquashedOwners || _extractor.LeavesOut;
    }

    private Task WriteImageAsync(ImageFiller files, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            files.WriteImage(Layer);
            files.Dispose();
            _how.Memory.Release();
        },
        cancellationToken);

    /// <summary>Notes what the finished tree holds, and measures it in the same walk.</summary>
    private Task WriteManifestAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using RootDirectory tree = RootDirectory.Open(Draft.Directory);
            (Draft.ManifestDigest, Draft.Usage) = ManifestBuilder.Write(
                tree,
                Draft.ManifestPath,
                (_, status) => _hashes.Find(status.Inode),
                _result!.NotedOwners,
                Draft.HasRootEntry ? null : new OverlayXattrs(_snapshots.OverlayXattrNamespace),
                cancellationToken,
                _hashes.FindState);
            _hashes.Clear();
            _how.Memory.Release();
        },
        cancellationToken);
}
