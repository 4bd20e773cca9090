using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using LayerStore.Oci;
using Snapshotter.Layers.Check;
using Snapshotter.Layers.Collection;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Layers.Collection;

/// <summary>Collection in a store that other owners use as well.</summary>
public sealed class OwnerCollectionTests
{
    [SkippableFact]
    public async Task Rmi_and_gc_keep_what_an_owner_has_and_it_goes_when_the_owner_gives_it_up()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("layers", "image");
        ImageView view = await it.Store.LoadAsync(image);
        await using Store owner = await it.OpenAsync("containerd");
        await ClaimAsync(owner, view.Manifest.Config);
        await ClaimAsync(owner, view.Manifest.Layers[0]);
        await AdoptAsync(owner, [.. view.Layers.Take(2)]);
        await owner.Snapshots.PrepareAsync("k", view.Layers[1].ChainId.ToString());
        await LeaveIngestAsync(owner, "theirs");
        await LeaveIngestAsync(it.Store, "theirs");

        RemovalResult planned = await it.Store.RemoveImageAsync("image", dryRun: true);
        RemovalResult removed = await it.Store.RemoveImageAsync("image");
        Assert.Equal(planned.Freed.Items, removed.Freed.Items);
        Assert.Equal((0, "containerd"), (removed.KeptBySnapshots.Count, string.Join(' ', removed.KeptByOwners)));
        CollectionResult predicted = await it.Store.CollectAsync(dryRun: true);
        CollectionResult collected = await it.CollectAsync();
        Assert.Equal(predicted.Items, collected.Items);
        Assert.Equal(["ingest theirs"], collected.Items.Select(item => $"{item.Item.Description} {item.Item.Name}"));

        HashSet<string> blobs = [view.Manifest.Config.Digest.ToString(), view.Manifest.Layers[0].Digest.ToString()];
        Assert.Equal(blobs, await owner.Content.ListAsync().Select(blob => blob.Digest.ToString()).ToHashSetAsync());
        Assert.Equal(blobs, (await it.NamesAsync()).Where(name => !name.StartsWith("t/", StringComparison.Ordinal)).ToHashSet());
        Assert.Equal(3, (await owner.Snapshots.ListAsync().ToListAsync()).Count);
        Assert.Equal("theirs", Assert.Single(await owner.Content.ListIngestsAsync().ToListAsync()).Reference);
        await it.AssertSoundAsync();

        foreach (string digest in blobs)
        {
            await owner.Content.DeleteAsync(Digest.Parse(digest));
        }

        await owner.Snapshots.RemoveAsync("k");
        await owner.Snapshots.RemoveAsync(view.Layers[1].ChainId.ToString());
        await owner.Snapshots.RemoveAsync(view.Layers[0].ChainId.ToString());
        IReadOnlyList<StoreItem> freed = await owner.ReclaimAsync();

        Assert.Equal(
            [.. view.Layers.Take(2).Select(layer => $"unpacked layer {layer.DiffId}"), .. blobs.Select(digest => $"blob {digest}")],
            freed.Select(item => $"{item.Description} {item.Name}").ToHashSet());
        Assert.Empty(await it.NamesAsync());
        Assert.Empty(await owner.ReclaimAsync());
        await owner.Content.AbortIngestAsync("theirs");
        Assert.Equal([StoreOwner.CommandLine], it.Store.ListOwners());
        await it.AssertSoundAsync();
    }

    [SkippableFact]
    public async Task Why_and_du_name_the_owner()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("layers", "image");
        ImageView view = await it.Store.LoadAsync(image);
        await using Store owner = await it.OpenAsync("containerd");
        string config = view.Manifest.Config.Digest.ToString();
        await ClaimAsync(owner, view.Manifest.Config);
        byte[] own = new byte[100_000];
        Random.Shared.NextBytes(own);
        Digest claimed = (await owner.Content.WriteBlobAsync("own", own)).Digest;
        await AdoptAsync(owner, view.Layers);
        string chain = view.ChainId!.ToString();

        Assert.Equal([$"owner containerd > blob {claimed}"], await PathsAsync(it, claimed.ToString()));
        Assert.Equal(
            [$"image {image.Name} > manifest {image.Manifest.Digest} > config {config}", $"owner containerd > blob {config}"], await PathsAsync(it, config));
        Assert.Equal([$"image {image.Name} > snapshot {chain}", $"owner containerd > snapshot {chain}"], await PathsAsync(it, chain));
        UsageShare share = Assert.Single(await it.Store.MeasureUsageAsync(), share => share.Holder == "owner containerd");
        Assert.Equal((UsageClass.Unique, 102_400L, 0L), (share.Class, share.CompressedBytes, share.UnpackedBytes));
        Assert.Equal(["cli", "containerd"], it.Store.ListOwners());
    }

    [SkippableFact]
    public async Task Only_what_was_given_up_and_nothing_holds_is_reclaimed()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        ImageView view = await it.Store.LoadAsync(await it.PullAsync("layers", "image"));
        await using Store owner = await it.OpenAsync("one");
        await using Store other = await it.OpenAsync("two");
        Digest unnamed = await it.AddBlobAsync([1]);
        Digest leased = (await owner.Content.WriteBlobAsync("r", new byte[] { 2 })).Digest;
        Digest shared = (await owner.Content.WriteBlobAsync("r", new byte[] { 3 })).Digest;
        Digest alone = (await owner.Content.WriteBlobAsync("r", new byte[] { 4 })).Digest;
        await other.Content.WriteBlobAsync("r", new byte[] { 3 });
        await it.Store.Leases.CreateAsync("mine");
        await it.Store.Leases.AddResourcesAsync("mine", [LeaseResource.Blob(leased)]);
        await ClaimAsync(owner, view.Manifest.Config);
        await AdoptAsync(owner, [view.Layers[0]]);
        HashSet<string> before = await it.NamesAsync();

        foreach (Digest digest in (Digest[])[leased, shared, alone, view.Manifest.Config.Digest])
        {
            await owner.Content.DeleteAsync(digest);
        }

        await owner.Snapshots.RemoveAsync(view.Layers[0].ChainId.ToString());
        IReadOnlyList<StoreItem> freed = await owner.ReclaimAsync();

        Assert.Equal([alone.ToString()], freed.Select(item => item.Name));
        before.Remove(alone.ToString());
        Assert.Equal(before, await it.NamesAsync());
        Assert.Contains(unnamed.ToString(), before);

        // The last owner gives it up.
        await other.Content.DeleteAsync(shared);
        Assert.Equal([shared.ToString()], (await other.ReclaimAsync()).Select(item => item.Name));
        await it.AssertSoundAsync();
    }

    [SkippableFact]
    public async Task What_was_given_up_stays_while_an_image_is_not_here_whole_and_on_record()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("layers", "image");
        ImageView view = await it.Store.LoadAsync(image);
        await using Store owner = await it.OpenAsync("containerd");
        await ClaimAsync(owner, view.Manifest.Layers[0]);
        File.Delete(Path.Join(it.Root, "blobs/sha256", image.Manifest.Digest.Encoded));
        await owner.Content.DeleteAsync(view.Manifest.Layers[0].Digest);

        LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(() => owner.ReclaimAsync());
        Assert.Equal(ErrorKind.DataLoss, e.Kind);
        Assert.NotNull(await it.Store.Content.StatAsync(view.Manifest.Layers[0].Digest));

        await it.ForgetAsync("image");
        Assert.Contains(view.Manifest.Layers[0].Digest.ToString(), (await owner.ReclaimAsync()).Select(item => item.Name));
    }

    [SkippableFact]
    public async Task A_layer_that_is_being_unpacked_is_not_reclaimed()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        ImageView view = await it.Store.LoadAsync(await it.PullAsync("layers", "image"));
        await using Store owner = await it.OpenAsync("containerd");
        await using (WorkLease work = await it.Store.Leases.BeginWorkAsync("pull"))
        {
            await work.KeepAsync([LeaseResource.Layer(view.Layers[0].DiffId)]);
            foreach (ImageLayer layer in view.Layers.Reverse())
            {
                await it.Store.Snapshots.RemoveAsync(layer.ChainId.ToString());
            }

            await owner.ReclaimAsync();
            Assert.Equal([view.Layers[0].DiffId], (await ((ILayerSnapshotter)owner.Snapshots).ListLayersAsync()).Select(layer => layer.DiffId));
        }

        Assert.Equal([view.Layers[0].DiffId.ToString()], (await owner.ReclaimAsync()).Select(item => item.Name));
    }

    [SkippableFact]
    public async Task What_is_claimed_during_a_collection_stays()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        await using Store owner = await it.OpenAsync("containerd");
        using SemaphoreSlim collected = new(0);
        using CancellationTokenSource stop = new();
        Task collecting = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await it.CollectAsync();
                collected.Release();
            }
        });

        for (int i = 0; i < 100; i++)
        {
            // Now the file is gone, now it is there still: a claim of it, or a new one.
            byte[] bytes = [(byte)(i % 2)];
            Descriptor? expected = i % 4 < 2 ? new Descriptor("x/y", Digest.Compute(bytes), 1) : null;
            Digest digest = (await owner.Content.WriteBlobAsync("r", bytes, expected)).Digest;
            while (collected.Wait(0))
            {
            }

            await await Task.WhenAny(collected.WaitAsync(), collecting); // A collection that fails ends them all.
            Assert.Equal(bytes, await owner.Content.ReadAllAsync(digest, 1));
            await owner.Content.DeleteAsync(digest);
            await owner.Content.WriteBlobAsync("r", bytes, expected);
            await owner.Content.DeleteAsync(digest);
        }

        await stop.CancelAsync();
        await collecting;
    }

    [SkippableFact]
    public async Task An_image_that_is_pulled_while_an_owner_gives_its_blobs_up_is_whole()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("layers", "image");
        ImageView view = await it.Store.LoadAsync(image);
        Descriptor[] blobs = [image.Target, image.Manifest, view.Manifest.Config, .. view.Manifest.Layers];
        blobs = [.. blobs.DistinctBy(blob => blob.Digest)];
        List<byte[]> bytes = [];
        foreach (Descriptor blob in blobs)
        {
            bytes.Add(await it.Store.Content.ReadAllAsync(blob, int.MaxValue));
        }

        await using Store owner = await it.OpenAsync("containerd");
        for (int i = 0; i < 5; i++)
        {
            foreach ((Descriptor blob, byte[] content) in blobs.Zip(bytes))
            {
                await owner.Content.WriteBlobAsync("r", content, blob);
            }

            await it.Store.RemoveImageAsync("image");
            Task<Image> pull = Task.Run(() => it.PullAsync("layers", "image"));
            foreach (Descriptor blob in blobs)
            {
                await owner.Content.DeleteAsync(blob.Digest);
                await owner.ReclaimAsync();
            }

            await pull;
            await it.AssertSoundAsync();
        }

        await it.Store.RemoveImageAsync("image");
        Assert.Empty(await it.NamesAsync());
    }

    [SkippableFact]
    public async Task Check_says_who_claimed_a_blob_that_is_gone_or_damaged()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        await using Store one = await it.OpenAsync("one");
        await using Store two = await it.OpenAsync("two");
        Digest gone = (await one.Content.WriteBlobAsync("r", new byte[1000])).Digest;
        Digest damaged = (await one.Content.WriteBlobAsync("r", new byte[2000])).Digest;
        await two.Content.WriteBlobAsync("r", new byte[1000]);
        await it.AssertSoundAsync();
        File.Delete(Path.Join(it.Root, "blobs/sha256", gone.Encoded));
        File.WriteAllBytes(Path.Join(it.Root, "blobs/sha256", damaged.Encoded), new byte[1999]);

        string[] expected =
        [
            $"{damaged} its bytes are not those of its digest; one claimed it, and must fetch it again",
            $"{gone} its file is gone; one and two claimed it, and must fetch it again",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), await FindingsAsync(it, repair: false));
        Assert.Equal(expected.Order(StringComparer.Ordinal), await FindingsAsync(it, repair: true));

        // To the owner it is as if the blob had never been written, and to give it up is still possible.
        Assert.Null(await one.Content.StatAsync(gone));
        await two.Content.DeleteAsync(gone);
        await one.Content.WriteBlobAsync("again", new byte[1000]);
        await one.Content.WriteBlobAsync("again", new byte[2000]);
        await it.AssertSoundAsync();
    }

    [SkippableFact]
    public async Task Check_mends_the_directories_of_another_owners_snapshots()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        await using Store owner = await it.OpenAsync("containerd");
        IReadOnlyList<Mount> mounts = await owner.Snapshots.PrepareAsync("k", null);
        string work = mounts.SelectMany(mount => mount.Options).Select(option => option.Split('=')).First(option => option[0] == "workdir")[1];
        Directory.Delete(work, recursive: true);

        string expected = $"k its directory w/{Path.GetFileName(work)} is missing, so it cannot be mounted; nothing was in it; it belongs to containerd";
        Assert.Equal([expected], await FindingsAsync(it, repair: true));
        await it.AssertSoundAsync();
    }

    [SkippableFact]
    public async Task Images_belong_to_the_command_line()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        await it.PullAsync("busybox", "image");
        await using Store owner = await it.OpenAsync("containerd");
        foreach (Func<Task> verb in (Func<Task>[])
        [
            () => owner.PullAsync(LayerStore.Transports.TransportReference.Parse(TestData.Source("busybox"))),
            () => owner.MountAsync("image", it.Temp["m"]),
            () => owner.BundleAsync("image", it.Temp["b"]),
            () => owner.CommitAsync("k", "made"),
        ])
        {
            Assert.Equal(ErrorKind.FailedPrecondition, (await Assert.ThrowsAsync<LayerStoreException>(verb)).Kind);
        }

        Assert.Empty(await owner.Snapshots.ListAsync().ToListAsync());
    }

    private static async Task ClaimAsync(Store owner, Descriptor blob) =>
        Assert.Equal(ErrorKind.AlreadyExists, (await Assert.ThrowsAsync<LayerStoreException>(() => owner.Content.BeginIngestAsync("claim", blob))).Kind);

    /// <summary>Makes committed snapshots of an owner over layers that are here.</summary>
    private static Task AdoptAsync(Store owner, IReadOnlyList<ImageLayer> layers) =>
        ((ILayerSnapshotter)owner.Snapshots).PublishAsync([.. layers.Select(layer => new LayerLink(layer.DiffId, layer.ChainId, null))]);

    private static async Task LeaveIngestAsync(Store store, string reference)
    {
        await using IngestWriter writer = await store.Content.BeginIngestAsync(reference);
        writer.Write("half"u8);
    }

    private static async Task<IReadOnlyList<string>> PathsAsync(CollectionStore it, string thing)
    {
        HoldingReport report = await it.Store.FindHoldersAsync(thing);
        return [.. report.Paths.Select(path => string.Join(" > ", path.Select(item => $"{item.Description} {item.Name}"))).Order(StringComparer.Ordinal)];
    }

    private static async Task<IReadOnlyList<string>> FindingsAsync(CollectionStore it, bool repair)
    {
        CheckReport report = await it.Store.CheckAsync(new CheckOptions { Repair = repair });
        Assert.All(report.Findings, finding => Assert.True(finding.IsDamage));
        return [.. report.Findings.Select(finding => $"{finding.Id} {finding.What}").Order(StringComparer.Ordinal)];
    }
}
