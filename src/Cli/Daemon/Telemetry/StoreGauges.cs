using System.Diagnostics.Metrics;
using Snapshotter;
using Snapshotter.Layers.Collection;

namespace LayerStore.Daemon.Telemetry;

/// <summary>How much the store holds, counted when metrics are asked for: not more often than it is worth.</summary>
internal sealed class StoreGauges : IDisposable
{
    // Records are counted in milliseconds; for orphans, the documents of all images are read.
    private static readonly TimeSpan s_surveyAge = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_orphansAge = TimeSpan.FromMinutes(5);

    private readonly Store _store;
    private readonly TimeProvider _clock;
    private readonly Meter _meter = new(CallObserver.SourceName);
    private readonly SemaphoreSlim _one = new(1);
    private StoreSurvey? _survey;
    private IReadOnlyDictionary<StoreItemKind, int>? _orphans;
    private long _surveyedAt;
    private long _orphansAt;

    /// <summary>Makes them; they show nothing before the first <see cref="RefreshAsync"/>.</summary>
    public StoreGauges(Store store, TimeProvider? clock = null)
    {
        _store = store;
        _clock = clock ?? TimeProvider.System;
        Gauge("layerstore.content.blobs", null, "Blobs in the store.", survey => survey.Blobs);
        Gauge("layerstore.content.size", "By", "Bytes of the blobs in the store.", survey => survey.BlobBytes);
        Gauge("layerstore.ingests", null, "Blobs of this owner that are being written, or were left to be resumed.", survey => survey.Ingests);
        Gauge("layerstore.ingests.size", "By", "Bytes that are there of these.", survey => survey.IngestBytes);
        Gauge("layerstore.layers", null, "Unpacked layers.", survey => survey.Layers);
        Gauge("layerstore.layers.size", "By", "Bytes that unpacked layers take on the disk.", survey => survey.LayerBytes);
        _meter.CreateObservableGauge(
            "layerstore.snapshots",
            () => _survey?.Snapshots.Select(kind => new Measurement<long>(kind.Value, Label("kind", NameOf(kind.Key)))) ?? [],
            description: "Snapshots of all owners, by kind.");
        _meter.CreateObservableGauge(
            "layerstore.orphans",
            () => _orphans is { } orphans ? Enum.GetValues<StoreItemKind>().Where(IsCollected).Select(kind => new Measurement<long>(orphans.GetValueOrDefault(kind), Label("kind", NameOf(kind)))) : [],
            description: "Things that nothing holds, by kind: what gc would take. Counted every five minutes.");
    }

    /// <summary>Counts anew what was counted too long ago.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_survey is null || _clock.GetElapsedTime(_surveyedAt) >= s_surveyAge)
            {
                _survey = await _store.SurveyAsync(cancellationToken).ConfigureAwait(false);
                _surveyedAt = _clock.GetTimestamp();
            }

            if (_orphans is null || _clock.GetElapsedTime(_orphansAt) >= s_orphansAge)
            {
                _orphans = await _store.CountOrphansAsync(cancellationToken).ConfigureAwait(false);
                _orphansAt = _clock.GetTimestamp();
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        _one.Dispose();
    }

    private void Gauge(string name, string? unit, string description, Func<StoreSurvey, long> value) =>
        _meter.CreateObservableGauge(name, () => _survey is { } survey ? [new Measurement<long>(value(survey))] : Array.Empty<Measurement<long>>(), unit, description);

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    // Roots are never orphans.
    private static bool IsCollected(StoreItemKind kind) => kind is StoreItemKind.Blob or StoreItemKind.Layer or StoreItemKind.Snapshot or StoreItemKind.Ingest or StoreItemKind.Leftover;

    private static string NameOf(Enum value) => value.ToString().ToLowerInvariant();
}
