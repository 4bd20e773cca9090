using LayerStore.Content;
using LayerStore.Metadata;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>The indexes and manifests of a store. Each is read, verified and parsed once, by whoever needs it first; what it says is kept in the metadata.</summary>
/// <remarks>
/// <para>A digest always means the same bytes, so what was read once stays true: also when the blob is damaged or lost afterwards, which is for
/// <c>check</c> to find. It goes with the blob.</para>
/// <para>A store of 10,000 images has 20,000 documents, which lie all over the disk; their summaries are rows of one table.</para>
/// <para>For one thread at a time.</para>
/// </remarks>
/// <param name="metadata">The store's database. It stays the caller's to dispose.</param>
/// <param name="content">Its blobs.</param>
public sealed class KnownDocuments(SqliteDatabase metadata, IContentStore content)
{
    private const int MostUnsaved = 1000;

    private readonly ContentBlobProvider _provider = new(content);
    private readonly List<(Digest Digest, bool IsIndex, DocumentSummary Summary)> _unsaved = [];

    /// <summary>Reads an index.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: missing, damaged or malformed, and it was never read before.</exception>
    public async Task<DocumentSummary> ReadIndexAsync(Descriptor index, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        return Find(index.Digest, isIndex: true)
            ?? Keep(index, isIndex: true, new DocumentSummary((await _provider.ReadIndexAsync(index, cancellationToken).ConfigureAwait(false)).Manifests));
    }

    /// <summary>Reads a manifest and, if it is an image's, the config.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: one of them is missing, damaged or malformed, and they were never read before.</exception>
    public async Task<DocumentSummary> ReadManifestAsync(Descriptor manifest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (Find(manifest.Digest, isIndex: false) is { } known)
        {
            return known;
        }

        ImageManifest read = await _provider.ReadManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Descriptor> names = [read.Config, .. read.Layers];
        if (!read.IsImage)
        {
            return Keep(manifest, isIndex: false, new DocumentSummary(names));
        }

        ImageView view = await ImageView.LoadAsync(_provider, new ResolvedManifest(manifest, [], read), cancellationToken).ConfigureAwait(false);
        return Keep(manifest, isIndex: false, new DocumentSummary(names, view.Config.DiffIds, view.Config.Platform));
    }

    /// <summary>What is known of a document, without reading it; null if it was never read, or the record is damaged.</summary>
    public DocumentSummary? Find(Digest digest, bool isIndex) => metadata.Read(session => DocumentTable.Find(session, digest, isIndex));

    /// <summary>Keeps what was read since the last call, for the next process. It does not wait for the disk, and what cannot be written is read again.</summary>
    public void Save()
    {
        if (_unsaved.Count == 0)
        {
            return;
        }

        try
        {
            metadata.WriteUnsynced<object?>(session =>
            {
                foreach ((Digest digest, bool isIndex, DocumentSummary summary) in _unsaved)
                {
                    DocumentTable.Put(session, digest, isIndex, summary);
                }

                return null;
            });
        }
        catch (LayerStoreException)
        {
            // A full disk, or a store that others keep busy: nobody needs these rows.
        }

        _unsaved.Clear();
    }

    private DocumentSummary Keep(Descriptor document, bool isIndex, DocumentSummary summary)
    {
        if (!metadata.IsReadOnly)
        {
            _unsaved.Add((document.Digest, isIndex, summary));
            if (_unsaved.Count == MostUnsaved)
            {
                Save();
            }
        }

        return summary;
    }
}
