using Fuzz.Mutation;

namespace Fuzz.Targets;

/// <summary>Takes as much memory as the input asks for.</summary>
internal sealed class PlantedAllocationTarget : FuzzTarget
{
    public override string Name => "planted-allocation";

    public override string Description => "an allocation that the input chooses: shows that the count works";

    public override IReadOnlyList<string> Code => [];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new ByteMutator()];

    public override int MaxLength => 8;

    public override bool IsPlanted => true;

    public override IEnumerable<byte[]> Seeds() => [[0]];

    public override void Run(byte[] input) => GC.KeepAlive(new byte[input.Length == 0 ? 0 : input[0] << 16]);
}
