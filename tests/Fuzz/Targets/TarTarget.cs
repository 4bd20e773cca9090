using Fuzz.Mutation;

namespace Fuzz.Targets;

/// <summary>The tar reader.</summary>
internal sealed class TarTarget : FuzzTarget
{
    public override string Name => "tar";

    public override string Description => "TarReader: an archive reads the same in pieces of any size, and what was read can be written and read again";

    public override IReadOnlyList<string> Code => ["LayerStore.Tar."];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new TarMutator(), new TarMutator(), new TarMutator(), new ByteMutator()];

    public override IEnumerable<byte[]> Seeds() => Targets.Seeds.Layers();

    public override byte[] Repair(byte[] input) => RepairChecksums(input);

    public override void Run(byte[] input) => TarRules.Check(input);

    /// <summary>Makes the checksum of every header right.</summary>
    public static byte[] RepairChecksums(byte[] input)
    {
        TarModel model = TarModel.Parse(input);
        model.Records.ForEach(record => record.FixChecksum());
        return model.Write();
    }
}
