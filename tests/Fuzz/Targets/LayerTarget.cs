using Fuzz.Mutation;
using LayerStore;
using LayerStore.Compression;
using LayerStore.Tar;
using Snapshotter.Layers;

namespace Fuzz.Targets;

/// <summary>A mutated layer on a base, in directories of its own.</summary>
internal abstract class LayerTarget : FuzzTarget
{
    private readonly Lazy<(Outside Outside, byte[] Base, string Root)> _place;

    protected LayerTarget() => _place = new(() =>
    {
        string root = Directory.CreateDirectory(Path.Combine(Workspace.Root, Name)).FullName;
        return (new Outside(root), BaseLayer.Make(Path.Combine(root, "outside")), root);
    });

    public override IReadOnlyList<string> Code => ["LayerStore.Tar.Pax", "Snapshotter.Layers."];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new TarMutator()];

    /// <summary>What a file system may not keep is refused by other names than damage.</summary>
    public override IReadOnlyList<ErrorKind> Refusals => [ErrorKind.DataLoss, ErrorKind.Unimplemented, ErrorKind.ResourceExhausted];

    public override int MaxLength => 16 << 10;

    public override int MaxShrinkTries => 3_000;

    public override bool NeedsRoot => true;

    /// <summary>The layer before the mutated one.</summary>
    protected byte[] Base => _place.Value.Base;

    /// <summary>How layers are applied.</summary>
    protected static LayerOptions Options { get; } = new()
    {
        Limits = new Limits
        {
            Tar = new TarLimits { MaxTotalBytes = 1 << 20, MaxEntries = 200 },
            Compression = new DecompressionLimits { MaxBytes = 4 << 20 },
        },
    };

    /// <summary>The applier's and the differ's buffers, several times.</summary>
    public override long AllowedAllocation(int length) => (64 << 20) + (2048L * length);

    public override IEnumerable<byte[]> Seeds() => Targets.Seeds.Layers();

    public override byte[] Repair(byte[] input) => TarTarget.RepairChecksums(input);

    public sealed override void Run(byte[] input)
    {
        (Outside outside, _, string root) = _place.Value;
        string work = Path.Combine(root, "work");
        try
        {
            Directory.CreateDirectory(work);
            Run(input, work);
        }
        finally
        {
            outside.CheckUnchanged(work);
            Trees.Remove(work);
        }
    }

    /// <summary>Runs an input in an empty directory.</summary>
    protected abstract void Run(byte[] input, string work);

    /// <summary>Applies a layer flat.</summary>
    protected static void Apply(byte[] layer, string tree) => LayerApply.ToTree(new MemoryStream(layer), tree, Options);
}
