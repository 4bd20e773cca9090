using System.Diagnostics;
using System.Diagnostics.Metrics;
using LayerStore;
using LayerStore.Content;
using LayerStore.Transports;
using Snapshotter;

namespace Daemon.Tests.Telemetry;

/// <summary>What the libraries tell whoever listens: spans of what takes long, and counts.</summary>
public sealed class LibraryTelemetryTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    [SkippableFact]
    public async Task Long_work_is_spans_of_the_callers_trace()
    {
        Tools.RequireRoot();
        List<Activity> ended = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name is "Snapshotter" or "LayerStore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                lock (ended)
                {
                    ended.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using Activity test = new Activity("test").Start();

        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { Driver = StoreDriver.Overlay });
        await store.PullAsync(TransportReference.Parse(TestData.Source("busybox")), new() { Name = "one" });
        await store.CheckAsync();
        await store.RemoveImageAsync("one");
        await store.CollectAsync();
        BlobInfo blob = await store.Content.WriteBlobAsync("a reference", "bytes"u8.ToArray());
        await Assert.ThrowsAsync<LayerStoreException>(() => store.PullAsync(TransportReference.Parse($"oci:{_temp["none"]}"), new() { Name = "two" }));

        Activity[] spans = [.. ended.Where(span => span.TraceId == test.TraceId)];
        Activity pull = spans.First(span => span.OperationName == "pull");
        Assert.Equal(test.SpanId, pull.ParentSpanId);
        Assert.Equal("one", pull.GetTagItem("layerstore.subject"));
        Assert.All(spans.Where(span => span.OperationName == "unpack layer"), span => Assert.Equal(pull.SpanId, span.ParentSpanId));
        Assert.Contains(spans, span => span.OperationName == "publish blob" && Equals(blob.Digest.ToString(), span.GetTagItem("layerstore.digest")));
        Assert.Equal(["check", "gc", "pull", "pull", "rmi", "unpack layer"], spans.Where(span => span.Source.Name == "Snapshotter").Select(span => span.OperationName).Order());
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], spans.Where(span => span.OperationName == "pull").Select(span => span.Status));
    }

    [SkippableFact]
    public async Task Bytes_collections_and_damage_are_counted()
    {
        Tools.RequireRoot();
        Dictionary<string, long> sums = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name is "LayerStore" or "Snapshotter")
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            lock (sums)
            {
                sums[instrument.Name] = sums.GetValueOrDefault(instrument.Name) + value;
            }
        });
        listener.Start();

        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { Driver = StoreDriver.Overlay });
        var image = await store.PullAsync(TransportReference.Parse(TestData.Source("busybox")), new() { Name = "one" });
        StoreSurvey survey = await store.SurveyAsync();
        string manifest = _temp[$"store/blobs/sha256/{image.Manifest.Digest.Encoded}"];
        byte[] bytes = await File.ReadAllBytesAsync(manifest);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(manifest, bytes);
        Assert.False((await store.CheckAsync(new() { ReadData = true })).IsSound);
        await store.RemoveImageAsync("one");
        await store.CollectAsync();

        Assert.Equal((3, 1), (survey.Blobs, survey.Layers));
        Assert.Equal(1, survey.Snapshots[Snapshotter.Snapshots.SnapshotKind.Committed]);
        lock (sums)
        {
            // Other tests of this process may have added to them.
            Assert.True(sums["layerstore.content.published"] >= survey.BlobBytes);
            Assert.True(sums["layerstore.content.damaged"] >= 1);
            Assert.True(sums["layerstore.check.findings"] >= 1);
            Assert.True(sums["layerstore.collections"] >= 2);
            Assert.True(sums["layerstore.collections.freed"] >= survey.LayerBytes);
        }
    }

    public void Dispose() => _temp.Dispose();
}
