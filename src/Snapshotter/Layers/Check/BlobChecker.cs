using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Check;

/// <summary>Verifies the blobs, and that the images have all of theirs.</summary>
internal sealed class BlobChecker(ContentStore content, IImageStore imageStore, ISnapshotter snapshots, CheckOptions options, CheckWatch watch)
{
    private const int BufferSize = 256 << 10;

    private readonly List<CheckFinding> _findings = [];
    private readonly HashSet<Digest> _sound = [];
    private readonly HashSet<Digest> _bad = [];
    private byte[]? _buffer;
    private readonly Dictionary<Digest, List<string>> _claims = [];

    /// <summary>How many blobs are here.</summary>
    public int Count { get; private set; }

    /// <summary>Finds what is wrong. Damaged blobs are set aside, so that they are fetched again by the next pull.</summary>
    public async Task<IReadOnlyList<CheckFinding>> CheckAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, HashSet<Digest>> images = await NeededAsync(cancellationToken).ConfigureAwait(false);
        HashSet<Digest> needed = [.. images.Values.SelectMany(blobs => blobs)];
        await AddSnapshotsAsync(needed, cancellationToken).ConfigureAwait(false);
        foreach (BlobClaim claim in content.ListClaims())
        {
            needed.Add(claim.Digest);
            (_claims.TryGetValue(claim.Digest, out List<string>? owners) ? owners : _claims[claim.Digest] = []).Add(Printable.Text(claim.Owner));
        }

        foreach (AbsentBlob absent in await content.ListAbsentAsync(cancellationToken).ConfigureAwait(false))
        {
            await AddAbsentAsync(absent, needed.Contains(absent.Digest), cancellationToken).ConfigureAwait(false);
        }

        await foreach (BlobInfo blob in content.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            Count++;
            if (await IsSoundAsync(blob, cancellationToken).ConfigureAwait(false))
            {
                _sound.Add(blob.Digest);
            }
            else
            {
                await AddAbsentAsync(new AbsentBlob(blob.Digest, IsSetAside: true), needed.Contains(blob.Digest), cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (Digest claimed in _claims.Keys.Where(digest => !_bad.Contains(digest)))
        {
            if (await content.StatAsync(claimed, cancellationToken).ConfigureAwait(false) is null)
            {
                await AddAbsentAsync(new AbsentBlob(claimed, IsSetAside: false), isNeeded: true, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach ((string name, HashSet<Digest> blobs) in images)
        {
            await CheckImageAsync(name, blobs, cancellationToken).ConfigureAwait(false);
        }

        return _findings;
    }

    private async Task AddAbsentAsync(AbsentBlob absent, bool isNeeded, CancellationToken cancellationToken)
    {
        _bad.Add(absent.Digest);
        bool forget = options.Repair && !isNeeded;
        if (forget)
        {
            await content.ForgetAsync(absent.Digest, cancellationToken).ConfigureAwait(false);
        }

        _findings.Add(new CheckFinding(
            CheckSubject.Blob,
            absent.Digest.ToString(),
            (absent.IsSetAside ? "its bytes are not those of its digest" : "its file is gone")
            + (_claims.TryGetValue(absent.Digest, out List<string>? owners) ? $"; {string.Join(" and ", owners)} claimed it, and must fetch it again"
                : isNeeded ? "; pull an image that has it again"
                : forget ? "; nothing needs it, so it was removed" : "; nothing needs it"))
        {
            IsDamage = isNeeded,
            IsRepaired = forget,
        });
    }

    private async Task<bool> IsSoundAsync(BlobInfo info, CancellationToken cancellationToken)
    {
        if (!options.ReadData)
        {
            return await content.StatAsync(info.Digest, cancellationToken).ConfigureAwait(false) is not null;
        }

        watch.Begin(info.Digest, info.Size);
        try
        {
            byte[] buffer = _buffer ??= new byte[BufferSize];
            Stream blob = await content.OpenAsync(info.Digest, cancellationToken).ConfigureAwait(false);
            await using (blob.ConfigureAwait(false))
            {
                for (int length; (length = await blob.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                {
                    watch.Read(length, cancellationToken);
                }
            }

            return true;
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
        {
            return false;
        }
        finally
        {
            watch.End();
        }
    }

    /// <summary>What snapshots were made of stays needed when the image's name is gone: by their commits, and to heal their layers.</summary>
    private async Task AddSnapshotsAsync(HashSet<Digest> needed, CancellationToken cancellationToken)
    {
        await foreach (SnapshotInfo snapshot in snapshots.ListAsync(null, cancellationToken).ConfigureAwait(false))
        {
            foreach (Digest manifest in SnapshotLabels.ManifestsOf(snapshot))
            {
                if (await content.StatAsync(manifest, cancellationToken).ConfigureAwait(false) is { } blob)
                {
                    needed.UnionWith(await ReadAsync(new Descriptor(MediaTypes.OciManifest, manifest, blob.Size), cancellationToken).ConfigureAwait(false));
                }
            }
        }
    }

    /// <summary>The blobs that each image cannot do without: of an index, only the manifest that was chosen.</summary>
    private async Task<Dictionary<string, HashSet<Digest>>> NeededAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, HashSet<Digest>> needed = [];
        await foreach (Image image in imageStore.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            needed[image.Name] = [image.Target.Digest, .. await ReadAsync(image.Manifest, cancellationToken).ConfigureAwait(false)];
        }

        return needed;
    }

    /// <summary>A manifest and what it names; only itself if it cannot be read, which is said of it.</summary>
    private async Task<HashSet<Digest>> ReadAsync(Descriptor manifest, CancellationToken cancellationToken)
    {
        HashSet<Digest> blobs = [manifest.Digest];
        try
        {
            ImageManifest read = await new ContentBlobProvider(content).ReadManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
            blobs.Add(read.Config.Digest);
            blobs.UnionWith(read.Layers.Select(layer => layer.Digest));
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
        {
        }

        return blobs;
    }

    private async Task CheckImageAsync(string name, HashSet<Digest> needed, CancellationToken cancellationToken)
    {
        foreach (Digest digest in needed)
        {
            if (!_sound.Contains(digest) && (_bad.Contains(digest) || await content.StatAsync(digest, cancellationToken).ConfigureAwait(false) is null))
            {
                _findings.Add(new CheckFinding(CheckSubject.Image, name, $"its blob {digest} is missing or damaged; pull it again") { IsDamage = true });
            }
        }
    }
}
