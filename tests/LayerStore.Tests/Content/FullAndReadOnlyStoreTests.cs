using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Metadata;
using LayerStore.Oci;

namespace LayerStore.Tests.Content;

/// <summary>A disk without space, and one without the right to write.</summary>
public sealed class FullAndReadOnlyStoreTests
{
    private const string NeedsRoot = "only root can mount";

    [SkippableFact]
    public async Task No_space_for_a_blob_is_said_and_leaves_the_store_as_it_was()
    {
        Skip.If(!MountedTmpfs.IsPossible, NeedsRoot);
        using MountedTmpfs disk = new("4m");
        using OpenStore store = new(disk.Path);
        byte[] bytes = new byte[8 << 20];
        foreach (Descriptor? expected in (Descriptor?[])[null, new Descriptor("x/y", Digest.Compute(bytes), bytes.Length)])
        {
            LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(() => store.Content.WriteBlobAsync("r", bytes, expected));
            Assert.Equal(ErrorKind.ResourceExhausted, e.Kind);
            Assert.Contains("No space left", e.Message, StringComparison.Ordinal);
            Assert.NotNull(e.Hint);
        }

        Assert.Empty(await store.ListAsync());
        Assert.Empty(Directory.GetFileSystemEntries(store.Layout.Ingests));
        byte[] small = new byte[1 << 20];
        await store.Content.WriteBlobAsync("r", small);
        Assert.Equal(small, await store.Content.ReadAllAsync(Digest.Compute(small), small.Length));
    }

    [SkippableFact]
    public async Task A_writer_that_met_a_full_disk_can_go_on_when_there_is_space()
    {
        Skip.If(!MountedTmpfs.IsPossible, NeedsRoot);
        using MountedTmpfs disk = new("4m");
        using OpenStore store = new(disk.Path);
        byte[] bytes = new byte[2 << 20];
        new Random(1).NextBytes(bytes);
        string filler = Path.Join(disk.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[2 << 20]);
        using IngestWriter writer = await store.Content.BeginIngestAsync("r");
        Assert.Equal(ErrorKind.ResourceExhausted, Assert.Throws<LayerStoreException>(() => writer.Write(bytes)).Kind);
        File.Delete(filler);
        writer.Write(bytes.AsSpan((int)writer.Offset));
        Assert.Equal(Digest.Compute(bytes), (await writer.CommitAsync()).Digest);
    }

    [SkippableFact]
    public void No_space_for_a_new_database_is_said_wherever_the_disk_is_full()
    {
        Skip.If(!MountedTmpfs.IsPossible, NeedsRoot);
        int refused = 0;
        for (bool isMade = false; !isMade; refused += isMade ? 0 : 1)
        {
            using MountedTmpfs disk = new($"{4 * (refused + 1)}k");
            try
            {
                using OpenStore store = new(disk.Path);
                isMade = true;
            }
            catch (LayerStoreException e)
            {
                Assert.True(e.Kind == ErrorKind.ResourceExhausted, $"{refused + 1} pages: {e.Message}");
            }
        }

        Assert.InRange(refused, 10, 200);
    }

    [SkippableFact]
    public async Task No_space_for_the_database_is_said()
    {
        Skip.If(!MountedTmpfs.IsPossible, NeedsRoot);
        using MountedTmpfs disk = new("1m");
        using OpenStore store = new(disk.Path);
        Digest digest = (await store.Content.WriteBlobAsync("r", new byte[10])).Digest;
        using (FileStream filler = new(Path.Join(disk.Path, "filler"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            Assert.ThrowsAny<IOException>(() =>
            {
                while (filler.Length < 2 << 20)
                {
                    filler.Write(new byte[4096]);
                }
            });
        }

        LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                await store.Content.SetLabelsAsync(digest, new Dictionary<string, string?> { [$"{i}"] = new string('x', 4000) });
            }
        });
        Assert.Equal(ErrorKind.ResourceExhausted, e.Kind);
        File.Delete(Path.Join(disk.Path, "filler"));
        await store.Content.SetLabelsAsync(digest, new Dictionary<string, string?> { ["a"] = "b" });
    }

    [SkippableFact]
    public async Task A_read_only_store_is_read_and_every_change_gets_one_clear_error()
    {
        Skip.If(!MountedTmpfs.IsPossible, NeedsRoot);
        byte[] bytes = [1, 2, 3];
        Digest digest = Digest.Compute(bytes);
        Descriptor descriptor = new("x/y", digest, 3);
        using MountedTmpfs disk = new("4m");
        using (OpenStore store = new(disk.Path))
        {
            await store.Content.WriteBlobAsync("r", bytes, labels: new Dictionary<string, string> { ["a"] = "1" });
            (await store.Content.BeginIngestAsync("left")).Dispose();
        }

        disk.RemountReadOnly();
        using OpenStore readOnly = new(disk.Path);
        Assert.True(readOnly.Layout.IsReadOnly);
        Assert.Equal("1", (await readOnly.Content.StatAsync(digest))!.Labels["a"]);
        Assert.Equal(bytes, await readOnly.Content.ReadAllAsync(digest, 3));
        Assert.Single(await readOnly.ListAsync());
        Assert.Single(await readOnly.ListIngestsAsync());

        using SqliteDatabase database = MetadataDatabase.Open(readOnly.Layout);
        string[] messages = await Task.WhenAll(
            MessageAsync(() => readOnly.Content.BeginIngestAsync("new")),
            MessageAsync(() => readOnly.Content.AbortIngestAsync("left")),
            MessageAsync(() => readOnly.Content.DeleteAsync(digest)),
            MessageAsync(() => readOnly.Content.SetLabelsAsync(digest, new Dictionary<string, string?> { ["a"] = "2" })),
            MessageAsync(() => StoreLock.AcquireAsync(readOnly.Layout, "x")),
            MessageAsync(() => new ImageStore(database).PutAsync("x", descriptor, descriptor)));
        Assert.Equal($"the store in {disk.Path} is read-only", Assert.Single(messages.Distinct()));
    }

    [SkippableFact]
    public async Task A_read_only_store_whose_writer_was_killed_is_read_to_its_last_change()
    {
        Skip.If(!MountedTmpfs.IsPossible, NeedsRoot);
        using MountedTmpfs disk = new("16m");
        using (OtherProcess process = OtherProcess.Start(["stream", disk.Path]))
        {
            Assert.Equal("ready", await process.ReadLineAsync());
            await process.KillAsync();
        }

        Assert.True(File.Exists(Path.Join(disk.Path, "metadata.db-wal")));
        disk.RemountReadOnly();
        using OpenStore readOnly = new(disk.Path);
        Assert.Equal(3, (await readOnly.ListAsync()).Count(b => b.Size <= 300 && b.Labels["size"] == $"{b.Size}"));
    }

    [SkippableFact]
    public async Task A_damaged_blob_in_a_read_only_store_stays_and_is_never_returned_as_good()
    {
        Skip.If(!MountedTmpfs.IsPossible, NeedsRoot);
        using MountedTmpfs disk = new("4m");
        Digest digest;
        using (OpenStore store = new(disk.Path))
        {
            digest = (await store.Content.WriteBlobAsync("r", new byte[100])).Digest;
            BlobFile.FlipOneBit(store.Layout.Blob(digest));
        }

        disk.RemountReadOnly();
        using OpenStore readOnly = new(disk.Path);
        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<DigestMismatchException>(() => readOnly.Content.ReadAllAsync(digest, 100));
        }
    }

    private static async Task<string> MessageAsync(Func<Task> change)
    {
        LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(change);
        Assert.Equal(ErrorKind.PermissionDenied, e.Kind);
        Assert.NotNull(e.Hint);
        return e.Message;
    }
}
