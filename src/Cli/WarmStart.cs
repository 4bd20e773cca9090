using LayerStore.Compression;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Tar;

namespace LayerStore.Cli;

/// <summary>
/// Does beforehand, on a thread of its own, what a command does a little later: the first use of SQLite, OpenSSL, JSON and the
/// compressor costs a third of the time of a small commit, and a second core has nothing else to do then.
/// </summary>
internal static class WarmStart
{
    private static ReadOnlySpan<byte> Manifest =>
        """{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":0},"layers":[]}"""u8;

    /// <summary>Begins. Whoever needs one of them before it is ready waits for it, as if it had begun itself.</summary>
    /// <param name="rehearsal">What will be needed.</param>
    public static void Begin(Rehearsal rehearsal)
    {
        if (rehearsal != Rehearsal.None)
        {
            new Thread(() => Rehearse(rehearsal)) { IsBackground = true, Name = "warm start" }.UnsafeStart();
        }
    }

    private static void Rehearse(Rehearsal rehearsal)
    {
        try
        {
            ImageName.Normalize("rehearsal");
            ImageManifest.Parse(Manifest.ToArray());
            if (rehearsal == Rehearsal.Packing)
            {
                EditedImage image = ImageEditor.CreateEmpty(Platform.Current);
                Digest digest = Digest.Compute([]);
                HistoryEntry history = new(DateTimeOffset.UnixEpoch, CreatedBy: "rehearsal");
                ImageEditor.AppendLayer(image, new NewLayer(digest, 0, digest, CompressionKind.Gzip, history));
                using Stream packer = Compressor.Create(CompressionKind.Gzip, Stream.Null);
                TarWriter layer = new(packer);
                layer.WriteEntry(new TarEntry { Name = ByteString.FromText("rehearsal"), Type = TarEntryType.RegularFile, Size = 1, ModifiedAt = new Timestamp(0, 1) });
                layer.WriteContent([0]);
                layer.Finish();
            }
        }
#pragma warning disable CA1031 // Whoever needs what cannot be loaded will fail with the same, where it can be said.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
