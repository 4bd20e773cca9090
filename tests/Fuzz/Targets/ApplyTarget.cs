using Fuzz.Engine;
using LayerStore;
using Snapshotter.Layers;

namespace Fuzz.Targets;

/// <summary>Apply, then diff, then apply the diff.</summary>
internal sealed class ApplyTarget : LayerTarget
{
    public override string Name => "apply";

    public override string Description => "apply a layer, diff, apply the diff: the same tree, and nothing outside of it made, changed or read";

    protected override void Run(byte[] input, string work)
    {
        string once = Path.Combine(work, "once");
        string again = Path.Combine(work, "again");
        Apply(Base, once);
        Apply(input, once);
        Apply(Base, again);
        try
        {
            byte[] diff = Trees.Diff(again, once);

            // It has an entry for each directory that the layer only implied: more than the layer may have.
            LayerApply.ToTree(new MemoryStream(diff), again, new LayerOptions());
            byte[] expected = Trees.Dump(once);
            Outside.CheckUnread(expected);
            Rule.Same(expected, Trees.Dump(again), "the diff of an applied layer makes the same tree");
        }
        catch (LayerStoreException e)
        {
            throw new OracleException("what was applied can be diffed and applied again", e.ToString());
        }
    }
}
