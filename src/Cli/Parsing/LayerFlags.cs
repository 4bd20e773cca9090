using System.CommandLine;
using LayerStore.Compression;
using LayerStore.Tar;
using Snapshotter.Layers;

namespace LayerStore.Cli.Parsing;

/// <summary>The options of pull and unpack that say what becomes of a layer's files, and what they may ask for.</summary>
internal sealed class LayerFlags
{
    private readonly Option<bool> _noDevices = Choices.Flag("--no-devices", "Leave devices out");
    private readonly Option<bool> _stripSetuid = Choices.Flag("--strip-setuid", "Take setuid and setgid bits and file capabilities off");
    private readonly Option<bool> _squashIds = Choices.Flag("--squash-ids", "Give all files to the current user; the true owners are remembered");
    private readonly Option<long?> _maxEntries = Choices.Number("--max-entries", "N", "The most entries a layer may have (10,000,000)");
    private readonly Option<long?> _maxLayerSize = Choices.Number("--max-layer-size", "BYTES", "The most bytes a layer may unpack to (1T)");
    private readonly Option<long?> _maxFileSize = Choices.Number("--max-file-size", "BYTES", "The most bytes a file may have");
    private readonly Option<long?> _maxRatio = Choices.Number("--max-ratio", "N", "The most unpacked bytes for each packed one (10,000)");
    private readonly Option<long?> _maxWindow = Choices.Number("--max-zstd-window", "BYTES", "The most memory a zstd layer may ask for (128M)");

    /// <summary>Adds the options to a command.</summary>
    public LayerFlags(Command command)
    {
        foreach (Option option in (Option[])[_noDevices, _stripSetuid, _squashIds, _maxEntries, _maxLayerSize, _maxFileSize, _maxRatio, _maxWindow])
        {
            command.Add(option);
        }
    }

    /// <summary>Reads the options.</summary>
    public LayerOptions Read(Session session)
    {
        TarLimits tar = new();
        DecompressionLimits packed = new();
        long? layerSize = session.Get(_maxLayerSize);
        return new LayerOptions
        {
            NoDevices = session.Get(_noDevices),
            StripSetuid = session.Get(_stripSetuid),
            SquashIds = session.Get(_squashIds),
            Warn = session.Warn,
            TarLimits = tar with
            {
                MaxEntries = session.Get(_maxEntries) ?? tar.MaxEntries,
                MaxFileBytes = session.Get(_maxFileSize) ?? tar.MaxFileBytes,
                MaxTotalBytes = layerSize ?? tar.MaxTotalBytes,
            },
            DecompressionLimits = packed with
            {
                MaxBytes = layerSize ?? packed.MaxBytes,
                MaxRatio = (int)Math.Min(session.Get(_maxRatio) ?? packed.MaxRatio, int.MaxValue),
                MaxZstdWindow = session.Get(_maxWindow) ?? packed.MaxZstdWindow,
            },
        };
    }
}
