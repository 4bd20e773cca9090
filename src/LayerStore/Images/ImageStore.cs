using System.Runtime.CompilerServices;
using LayerStore.Leases;
using LayerStore.Metadata;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>Images in a store's <see cref="MetadataDatabase"/>.</summary>
/// <remarks>
/// Of a descriptor the type, digest and size are kept, and the manifest's platform. Annotations are not: they belong to
/// the document that held the descriptor.
/// </remarks>
public sealed class ImageStore : IImageStore
{
    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;

    /// <summary>Makes an image store.</summary>
    /// <param name="metadata">Its database, from <see cref="MetadataDatabase.Open"/>. It stays the caller's to dispose.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public ImageStore(SqliteDatabase metadata, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        _database = metadata;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public Task<Image?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        RequireName(name);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_database.Read(session => ImageTable.Find(session, name)));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Image> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (Image image in _database.Read(ImageTable.All))
        {
            yield return image;
        }
    }

    /// <inheritdoc/>
    public Task<Image> PutAsync(
        string name, Descriptor target, Descriptor manifest, WorkLease? lease = null, CancellationToken cancellationToken = default)
    {
        RequireName(name);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(manifest);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_database.Write(session =>
        {
            if (lease is { IsWritten: true } && !LeaseTable.Delete(session, lease.Id))
            {
                throw LeaseStore.Lapsed(lease.Id);
            }

            // The same again is no move: its time stays.
            Image? old = ImageTable.Find(session, name);
            if (old is not null && IsSame(old.Target, target) && IsSame(old.Manifest, manifest) && old.Manifest.Platform == manifest.Platform)
            {
                return old;
            }

            ImageTable.Put(session, name, target, manifest, _time.GetUtcNow());
            return ImageTable.Find(session, name)!;
        }));
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        RequireName(name);
        cancellationToken.ThrowIfCancellationRequested();
        return _database.Write(session => ImageTable.Delete(session, name))
            ? Task.CompletedTask
            : throw new LayerStoreException(ErrorKind.NotFound, $"there is no image \"{Printable.Text(name)}\"");
    }

    private static void RequireName(string name) => StoreText.RequireName(name, "the name of an image");

    private static bool IsSame(Descriptor a, Descriptor b) => a.MediaType == b.MediaType && a.Digest == b.Digest && a.Size == b.Size;
}
