using LayerStore.Compression;
using LayerStore.Images;
using LayerStore.Metadata;
using LayerStore.Oci;

namespace LayerStore.Cli;

/// <summary>
/// Does beforehand, on a thread of its own, what nearly every command does a little later: the first use of SQLite, OpenSSL, JSON and the
/// compressor costs a third of the time of a small command, and a second core has nothing else to do then.
/// </summary>
internal static class WarmStart
{
    /// <summary>Begins. Whoever needs one of them before it is ready waits for it, as if it had begun itself.</summary>
    public static void Begin() => new Thread(Rehearse) { IsBackground = true, Name = "warm start" }.UnsafeStart();

    private static void Rehearse()
    {
        try
        {
            SqliteDatabase.LoadLibrary();
            Digest digest = Digest.Compute([]);
            HistoryEntry history = new(DateTimeOffset.UnixEpoch, CreatedBy: "rehearsal");
            ImageEditor.AppendLayer(ImageEditor.CreateEmpty(Platform.Current), new NewLayer(digest, 0, digest, CompressionKind.Gzip, history));
            using Stream packer = Compressor.Create(CompressionKind.Gzip, Stream.Null);
            packer.WriteByte(0);
        }
#pragma warning disable CA1031 // Whoever needs what cannot be loaded will fail with the same, where it can be said.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
