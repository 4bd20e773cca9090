using Fuzz.Mutation;

namespace Fuzz.Targets;

/// <summary>Never ends for some inputs.</summary>
internal sealed class PlantedHangTarget : FuzzTarget
{
    public override string Name => "planted-hang";

    public override string Description => "an input that never ends: shows that the watchdog works";

    public override IReadOnlyList<string> Code => [];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new ByteMutator()];

    public override int MaxLength => 8;

    public override bool IsPlanted => true;

    public override IEnumerable<byte[]> Seeds() => [[0]];

    public override void Run(byte[] input)
    {
        while (input is [.., 7])
        {
            Thread.Sleep(1);
        }
    }
}
