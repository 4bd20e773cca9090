using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;

namespace Snapshotter.Layers.Check;

/// <summary>Verifies the blobs, and that the images have all of theirs.</summary>
internal sealed class BlobChecker(ContentStore content, IImageStore imageStore, CheckOptions options, Throttle throttle)
{
    private const int BufferSize = 256 << 10;

    private readonly List<CheckFinding> _findings = [];
    private readonly HashSet<Digest> _bad = [];

    /// <summary>How many blobs are here.</summary>
    public int Count { get; private set; }

    /// <summary>Finds what is wrong. Damaged blobs are set aside, so that they are fetched again by the next pull.</summary>
    public async Task<IReadOnlyList<CheckFinding>> CheckAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, HashSet<Digest>> images = await NeededAsync(cancellationToken).ConfigureAwait(false);
        HashSet<Digest> needed = [.. images.Values.SelectMany(blobs => blobs)];
        foreach (AbsentBlob absent in await content.ListAbsentAsync(cancellationToken).ConfigureAwait(false))
        {
            await AddAbsentAsync(absent, needed.Contains(absent.Digest), cancellationToken).ConfigureAwait(false);
        }

        await foreach (BlobInfo blob in content.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            Count++;
            if (!await IsSoundAsync(blob.Digest, cancellationToken).ConfigureAwait(false))
            {
                await AddAbsentAsync(new AbsentBlob(blob.Digest, IsSetAside: true), needed.Contains(blob.Digest), cancellationToken).ConfigureAwait(false);
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
            + (isNeeded ? "; pull an image that has it again" : forget ? "; no image needs it, so it was removed" : "; no image needs it"))
        {
            IsDamage = isNeeded,
            IsRepaired = forget,
        });
    }

    private async Task<bool> IsSoundAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (!options.ReadData)
        {
            return await content.StatAsync(digest, cancellationToken).ConfigureAwait(false) is not null;
        }

        try
        {
            byte[] buffer = new byte[BufferSize];
            Stream blob = await content.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
            await using (blob.ConfigureAwait(false))
            {
                for (int length; (length = await blob.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                {
                    throttle.Wait(length, cancellationToken);
                }
            }

            return true;
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
        {
            return false;
        }
    }

    /// <summary>The blobs that each image cannot do without: of an index, only the manifest that was chosen.</summary>
    private async Task<Dictionary<string, HashSet<Digest>>> NeededAsync(CancellationToken cancellationToken)
    {
        ContentBlobProvider provider = new(content);
        Dictionary<string, HashSet<Digest>> needed = [];
        await foreach (Image image in imageStore.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            HashSet<Digest> blobs = needed[image.Name] = [image.Target.Digest, image.Manifest.Digest];
            try
            {
                ImageManifest manifest = await provider.ReadManifestAsync(image.Manifest, cancellationToken).ConfigureAwait(false);
                blobs.Add(manifest.Config.Digest);
                blobs.UnionWith(manifest.Layers.Select(layer => layer.Digest));
            }
            catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
            {
                // Said of the manifest's blob, and of the image.
            }
        }

        return needed;
    }

    private async Task CheckImageAsync(string name, HashSet<Digest> needed, CancellationToken cancellationToken)
    {
        foreach (Digest digest in needed)
        {
            if (_bad.Contains(digest) || await content.StatAsync(digest, cancellationToken).ConfigureAwait(false) is null)
            {
                _findings.Add(new CheckFinding(CheckSubject.Image, name, $"its blob {digest} is missing or damaged; pull it again") { IsDamage = true });
            }
        }
    }
}
