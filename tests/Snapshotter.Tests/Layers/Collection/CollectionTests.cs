using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using LayerStore.Oci;
using Snapshotter.Layers;
using Snapshotter.Layers.Check;
using Snapshotter.Layers.Collection;
using Snapshotter.Layers.Listing;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Tests.Layers.Collection;

public sealed class CollectionTests
{
    [SkippableTheory]
    [InlineData(StoreDriver.Overlay)]
    [InlineData(StoreDriver.Native)]
    public async Task What_only_a_lost_name_held_goes_and_the_rest_stays_whole(StoreDriver driver)
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync(driver);
        await it.PullAsync("busybox", "stays");
        HashSet<string> before = await it.NamesAsync();
        await it.PullAsync("layers", "goes");
        await it.ForgetAsync("goes");

        CollectionResult planned = await it.Store.CollectAsync(dryRun: true);
        Assert.True((await it.NamesAsync()).IsProperSupersetOf(before), "a dry run must not remove anything");
        CollectionResult result = await it.CollectAsync();

        Assert.Equal(planned.Items, result.Items);
        Assert.True(result.Bytes > 0);
        Assert.Equal(before, await it.NamesAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(it.Root, "trash")));
        await it.AssertSoundAsync();
        Assert.Empty((await it.CollectAsync()).Items);
    }

    [SkippableFact]
    public async Task A_leased_index_keeps_all_that_it_leads_to()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("multi", "image");
        Assert.NotEqual(image.Target.Digest, image.Manifest.Digest);
        HashSet<string> blobs = [.. (await it.NamesAsync()).Where(name => !name.StartsWith("t/", StringComparison.Ordinal))];
        ImageView view = await it.Store.LoadAsync(image);
        await it.Store.Leases.CreateAsync("mine");
        await it.Store.Leases.AddResourcesAsync("mine", [LeaseResource.Blob(image.Target.Digest)]);
        await it.ForgetAsync("image");

        await it.CollectAsync();

        HashSet<string> left = await it.NamesAsync();
        Assert.All(
            view.Manifest.Layers.Append(view.Manifest.Config).Append(image.Manifest).Append(image.Target),
            blob => Assert.Contains(blob.Digest.ToString(), left));
        await it.Store.Leases.DeleteAsync("mine");
        await it.CollectAsync();
        Assert.Empty(await it.NamesAsync());
        Assert.NotEmpty(blobs);
    }

    [SkippableFact]
    public async Task Leased_layers_snapshots_and_ingests_stay()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("layers", "image");
        ImageView view = await it.Store.LoadAsync(image);
        await using (IngestWriter writer = await it.Store.Content.BeginIngestAsync("kept"))
        {
            writer.Write("half"u8);
        }

        await using (IngestWriter writer = await it.Store.Content.BeginIngestAsync("lost"))
        {
            writer.Write("half"u8);
        }

        await it.Store.Leases.CreateAsync("mine");
        await it.Store.Leases.AddResourcesAsync(
            "mine",
            [LeaseResource.Chain(view.Layers[1].ChainId), LeaseResource.Layer(view.Layers[^1].DiffId), new LeaseResource(LeaseResourceKind.Ingest, "kept")]);
        await it.ForgetAsync("image");

        await it.CollectAsync();

        Assert.Equal(["kept"], await it.Store.Content.ListIngestsAsync().Select(ingest => ingest.Reference).ToListAsync());
        Assert.Equal(
            view.Layers.Take(2).Select(layer => layer.ChainId.ToString()).Order(StringComparer.Ordinal),
            await it.Store.Snapshots.ListAsync().Select(snapshot => snapshot.Name).ToListAsync());
        IReadOnlyList<LayerInfo> layers = await ((ILayerSnapshotter)it.Store.Snapshots).ListLayersAsync();
        Assert.Equal(
            view.Layers.Take(2).Append(view.Layers[^1]).Select(layer => layer.DiffId).Distinct().Order(),
            layers.Select(layer => layer.DiffId).Order());
        await it.Store.Leases.DeleteAsync("mine");
        await it.CollectAsync();
        Assert.Empty(await it.NamesAsync());
        Assert.Empty(await it.Store.Content.ListIngestsAsync().ToListAsync());
    }

    [SkippableFact]
    public async Task A_snapshot_keeps_its_image_until_it_goes()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("layers", "image");
        await it.Store.MountAsync("image", it.Temp["m"], key: "k");
        HashSet<string> all = await it.NamesAsync();

        RemovalResult removal = await it.Store.RemoveImageAsync("image");
        Assert.Equal(["k"], removal.KeptBySnapshots);
        Assert.Empty(removal.Freed.Items);
        await it.CollectAsync();
        Assert.Equal(all, await it.NamesAsync());
        await it.Store.CommitAsync("k", "again");
        Assert.NotNull(await it.Store.Content.StatAsync(image.Manifest.Digest));

        await it.Store.UnmountAsync("k", remove: true);
        await it.Store.RemoveImageAsync("again");
        await it.CollectAsync();
        Assert.Empty(await it.NamesAsync());
    }

    [SkippableFact]
    public async Task A_committed_snapshot_with_a_name_of_the_users_own_stays_with_what_it_stands_on()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        ImageView view = await it.Store.LoadAsync(await it.PullAsync("layers", "image"));
        await it.Store.Snapshots.PrepareAsync("k", view.ChainId!.ToString());
        await it.Store.Snapshots.CommitAsync("my own work", "k");
        await it.ForgetAsync("image");

        await it.CollectAsync();

        HashSet<string> left = await it.NamesAsync();
        Assert.Contains("my own work", left);
        Assert.All(view.Layers, layer => Assert.Contains(layer.ChainId.ToString(), left));
        Assert.DoesNotContain(view.Manifest.Digest.ToString(), left);
    }

    [SkippableFact]
    public async Task Snapshots_of_another_owner_stay_with_their_layers()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        await it.PullAsync("layers", "image");
        using (OverlaySnapshotter other = OverlaySnapshotter.Open(StoreLayout.Open(it.Root), new SnapshotterOptions { Owner = "daemon" }))
        {
            await other.PrepareAsync("theirs", null);
            await other.CommitAsync(Digest.Compute("theirs"u8).ToString(), "theirs");
            await it.ForgetAsync("image");

            await it.CollectAsync();

            Assert.NotNull(await other.StatAsync(Digest.Compute("theirs"u8).ToString()));
        }

        Assert.Single(await it.NamesAsync());
    }

    [SkippableFact]
    public async Task What_a_dead_process_left_goes_and_what_a_living_one_does_stays()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync(StoreDriver.Native);
        Digest dead = await it.AddBlobAsync([1]);
        Digest living = await it.AddBlobAsync([2]);
        await it.Store.Leases.CreateAsync("dead", labels: new Dictionary<string, string> { [LeaseStore.HolderLabel] = "lease-" + Guid.NewGuid().ToString("n") });
        await it.Store.Leases.AddResourcesAsync("dead", [LeaseResource.Blob(dead)]);
        await it.Store.Snapshots.PrepareAsync("unpack of the dead", null, new Dictionary<string, string> { [SnapshotLabels.WorkLease] = "dead" });
        await using WorkLease work = await it.Store.Leases.BeginWorkAsync("work");
        await work.KeepAsync([LeaseResource.Blob(living)]);
        await it.Store.Snapshots.PrepareAsync("unpack of the living", null, new Dictionary<string, string> { [SnapshotLabels.WorkLease] = work.Id });

        await it.CollectAsync();

        HashSet<string> left = await it.NamesAsync();
        Assert.Contains(living.ToString(), left);
        Assert.Contains("unpack of the living", left);
        Assert.DoesNotContain(dead.ToString(), left);
        Assert.DoesNotContain("unpack of the dead", left);
        Assert.Equal([work.Id], await it.Store.Leases.ListAsync().Select(lease => lease.Id).ToListAsync());
    }

    [SkippableFact]
    public async Task Leftovers_go_and_files_of_others_stay()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        await it.PullAsync("busybox", "image");
        foreach (string path in (string[])["t/900", "w/901", "trash/t-899", "ingest/" + new string('a', 64), "t/not-a-number", "mine"])
        {
            Directory.CreateDirectory(Path.Join(it.Root, path));
            File.WriteAllText(Path.Join(it.Root, path, "file"), "text");
        }

        File.WriteAllText(Path.Join(it.Root, "m/902"), "text");
        Digest damaged = await it.AddBlobAsync([7]);
        File.Move(BlobPath(it, damaged), BlobPath(it, damaged) + ".damaged");

        CollectionResult result = await it.CollectAsync();

        Assert.Equal(
            ["blob " + damaged, "ingest " + new string('a', 64), "leftover m/902", "leftover t/900", "leftover trash/t-899", "leftover w/901"],
            result.Items.Select(item => $"{item.Item.Description} {item.Item.Name}").Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Join(it.Root, "t/not-a-number/file")));
        Assert.True(File.Exists(Path.Join(it.Root, "mine/file")));
        Assert.False(File.Exists(BlobPath(it, damaged) + ".damaged"));
        await it.AssertSoundAsync();
    }

    [SkippableFact]
    public async Task The_trash_of_a_killed_process_is_emptied_when_the_store_is_opened()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Directory.CreateDirectory(Path.Join(it.Root, "trash/t-1/deep"));
        File.WriteAllText(Path.Join(it.Root, "trash/sha256-abc"), "blob");

        await it.ReopenAsync();
        Assert.Empty(await it.Store.Snapshots.ListAsync().ToListAsync());

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(it.Root, "trash")));
    }

    [SkippableFact]
    public async Task A_blob_that_is_a_layer_here_and_a_manifest_there_leads_on()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("busybox", "image");
        ImageManifest outer = ImageManifest.Parse(System.Text.Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","artifactType":"a/b","config":{"mediaType":"{{MediaTypes.OciEmpty}}","digest":"{{image.Manifest.Digest}}","size":{{image.Manifest.Size}}},
             "layers":[{"mediaType":"a/b","digest":"{{image.Manifest.Digest}}","size":{{image.Manifest.Size}}}]}
            """));
        await it.Store.Content.WriteBlobAsync("outer", outer.Bytes, outer.Descriptor);

        // By its name it comes first.
        await it.Store.Images.PutAsync("a", outer.Descriptor, outer.Descriptor);
        HashSet<string> all = await it.NamesAsync();
        Assert.Empty((await it.CollectAsync()).Items);
        Assert.Equal(all, await it.NamesAsync());
    }

    [SkippableFact]
    public async Task Nothing_is_collected_while_an_image_is_not_here_whole()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("layers", "image");
        await it.PullAsync("busybox", "other");
        await it.ForgetAsync("other");
        File.Delete(BlobPath(it, image.Manifest.Digest));
        HashSet<string> all = await it.NamesAsync();

        LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(() => it.CollectAsync());

        Assert.Equal(ErrorKind.DataLoss, e.Kind);
        Assert.Contains("docker.io/library/image:latest", e.Message, StringComparison.Ordinal);
        Assert.Equal(all, await it.NamesAsync());
        await it.Store.RemoveImageAsync("image");
        await it.CollectAsync();
        Assert.Empty(await it.NamesAsync());
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_an_image_holds_is_known_although_its_manifest_is_lost_if_it_was_read_before(bool lists)
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        Image image = await it.PullAsync("busybox", "image");
        ImageSummary listed = lists ? Assert.Single(await it.Store.ListImagesAsync()) : Assert.Single(await ListAfterCollectingAsync());
        Digest unheld = await it.AddBlobAsync([7]);
        HashSet<string> all = await it.NamesAsync();
        File.Delete(BlobPath(it, image.Manifest.Digest));

        await it.ReopenAsync();
        CollectionResult result = await it.CollectAsync();

        Assert.Equal([unheld.ToString()], result.Items.Select(item => item.Item.Name));
        all.ExceptWith(result.Items.Select(item => item.Item.Name).Append(image.Manifest.Digest.ToString()));
        Assert.Equal(all, await it.NamesAsync());
        Assert.Equal(listed, Assert.Single(await it.Store.ListImagesAsync()));

        async Task<IReadOnlyList<ImageSummary>> ListAfterCollectingAsync()
        {
            await it.CollectAsync();
            return await it.Store.ListImagesAsync();
        }
    }

    [SkippableFact]
    public async Task Removing_one_of_two_images_frees_what_it_said_and_leaves_the_other_whole()
    {
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync();
        await it.PullAsync("busybox", "one");
        await it.PullAsync("layers", "two");
        await it.Store.TagAsync("two", "again");

        Assert.Empty((await it.Store.RemoveImageAsync("again")).Freed.Items);
        RemovalResult planned = await it.Store.RemoveImageAsync("two", dryRun: true);
        RemovalResult removed = await it.Store.RemoveImageAsync("two");

        Assert.NotEmpty(removed.Freed.Items);
        Assert.Equal(planned.Freed.Items, removed.Freed.Items);
        Assert.Empty((await it.CollectAsync()).Items);
        await it.AssertSoundAsync();
    }

    [SkippableTheory]
    [InlineData(StoreDriver.Overlay)]
    [InlineData(StoreDriver.Native)]
    public async Task What_removal_frees_is_on_record_and_a_wrong_record_is_found_and_mended(StoreDriver driver)
    {
        const long Wrong = 1L << 30;
        Tools.RequireRoot();
        await using CollectionStore it = await CollectionStore.MakeAsync(driver);
        Skip.IfNot(FileSystemTables.Of(it.Root).CountsStay, "files can share extents here: trees are walked");
        await it.PullAsync("layers", "image");
        DirectorySnapshotter snapshots = (DirectorySnapshotter)it.Store.Snapshots;
        long right = (await it.Store.RemoveImageAsync("image", dryRun: true)).Freed.Bytes;
        long tree = snapshots.ReadRecords().Snapshots[0].Tree;
        SnapshotUsage usage = TreeUsage.Measure(Path.Join(it.Root, $"t/{tree}"));
        Assert.Equal(usage.Bytes, snapshots.ReadRecords().Snapshots[0].TreeBytes);

        snapshots.Trees.SetUsage(tree, usage with { Bytes = usage.Bytes + Wrong });

        Assert.Equal(right + Wrong, (await it.Store.RemoveImageAsync("image", dryRun: true)).Freed.Bytes);
        CheckReport found = await it.Store.CheckAsync();
        Assert.True(found.IsSound);
        Assert.Equal($"it takes {usage.Bytes} bytes on the disk, and its record said {usage.Bytes + Wrong}", Assert.Single(found.Findings).What);
        Assert.True(Assert.Single((await it.Store.CheckAsync(new CheckOptions { Repair = true })).Findings).IsRepaired);
        await it.AssertSoundAsync();
        Assert.Equal(right, (await it.Store.RemoveImageAsync("image", dryRun: true)).Freed.Bytes);
    }

    private static string BlobPath(CollectionStore it, Digest digest) => Path.Join(it.Root, "blobs/sha256", digest.Encoded);
}
