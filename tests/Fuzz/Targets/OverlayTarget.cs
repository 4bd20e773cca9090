using Fuzz.Engine;
using Fuzz.Mutation;
using LayerStore;
using Snapshotter.Layers;

namespace Fuzz.Targets;

/// <summary>A layer stored by itself and shown by overlay, beside the same layer applied flat.</summary>
internal sealed class OverlayTarget : LayerTarget
{
    private readonly Lazy<string> _lower;

    // Made once: a layer that another is stored upon is only read.
    public OverlayTarget() => _lower = new(() =>
    {
        string lower = Path.Combine(Workspace.Root, "lower");
        LayerApply.ToOverlay(new MemoryStream(Base), lower, [], Options);
        return lower;
    });

    public override string Name => "overlay";

    public override string Description => "a layer stored for overlay and mounted on its base shows what applying it flat makes";

    protected override void Run(byte[] input, string work)
    {
        string flat = Path.Combine(work, "flat");
        string lower = _lower.Value;
        string upper = Path.Combine(work, "upper");
        bool hidesAll = false;
        Apply(Base, flat);
        LayerStoreException? flatError = Try(() => Apply(input, flat));
        LayerStoreException? overlayError = Try(() => LayerApply.ToOverlay(
            new MemoryStream(input), upper, [lower], Options with { Warn = text => hidesAll |= text.StartsWith("the layer hides all", StringComparison.Ordinal) }));
        Rule.Holds((flatError is null) == (overlayError is null), "a layer is refused flat if it is for overlay", $"{flatError?.Message ?? "accepted flat"} | {overlayError?.Message ?? "accepted for overlay"}");
        if (flatError is not null)
        {
            throw flatError;
        }

        byte[] shown = Show(hidesAll ? [upper] : [upper, lower]);
        Outside.CheckUnread(shown);
        Rule.Same(Comparable(Trees.Dump(flat)), Comparable(shown), "overlay shows what applying a layer flat makes");
    }

    private static LayerStoreException? Try(Action apply)
    {
        try
        {
            apply();
            return null;
        }
        catch (LayerStoreException e)
        {
            return e;
        }
    }

    private static byte[] Show(IReadOnlyList<string> layers)
    {
        try
        {
            using StackView view = StackView.Open(layers, "trusted");
            return Trees.Dump(view.Root);
        }
        catch (LayerStoreException e)
        {
            throw new OracleException("what was stored can be shown", e.ToString());
        }
    }

    /// <summary>
    /// Without the root: overlay shows the topmost layer's, which a snapshot mends by an upper that is not here. And without overlay's own
    /// xattrs, which a plain tree does not get (docs/decisions/0008).
    /// </summary>
    private static byte[] Comparable(byte[] dump)
    {
        TarModel model = TarModel.Parse(dump);
        int root = model.Records.FindIndex(record => record.Name.AsSpan().SequenceEqual("./"u8));
        model.Records.RemoveRange(0, root + 1);
        foreach (TarRecord pax in model.Records.Where(record => record.Type == 'x').ToList())
        {
            List<(byte[] Key, byte[] Value)> records = PaxMutator.Read(pax.Data);
            if (records.RemoveAll(record => IsOverlays(record.Key)) > 0)
            {
                pax.SetData(PaxMutator.Write(records));
                pax.FixChecksum();
                model.Records.RemoveAll(record => record == pax && records.Count == 0);
            }
        }

        return model.Write();
    }

    private static bool IsOverlays(ReadOnlySpan<byte> key) =>
        key.StartsWith("SCHILY.xattr.trusted.overlay."u8) || key.StartsWith("LIBARCHIVE.xattr.trusted.overlay."u8);
}
