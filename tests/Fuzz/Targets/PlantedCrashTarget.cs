using Fuzz.Mutation;

namespace Fuzz.Targets;

/// <summary>Fails for one word in the middle of anything: 2^40 inputs for who does not see the code, a few thousand for who does.</summary>
internal sealed class PlantedCrashTarget : FuzzTarget
{
    public override string Name => "planted-crash";

    public override string Description => "a fault that only coverage leads to: shows that the fuzzer works";

    public override IReadOnlyList<string> Code => [];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new ByteMutator()];

    public override int MaxLength => 64;

    public override bool IsPlanted => true;

    public override IEnumerable<byte[]> Seeds() => [new byte[20]];

    public override void Run(byte[] input)
    {
        int matched = 0;
        foreach (byte b in input)
        {
            switch (matched)
            {
                case 0 when b == 'c':
                case 1 when b == 'r':
                case 2 when b == 'a':
                case 3 when b == 's':
                    matched++;
                    break;
                case 4 when b == 'h':
                    throw new InvalidOperationException("planted");
                default:
                    matched = 0;
                    break;
            }
        }
    }
}
