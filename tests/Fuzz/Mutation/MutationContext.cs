namespace Fuzz.Mutation;

/// <summary>What mutators draw from.</summary>
internal sealed class MutationContext
{
    private static readonly long[] s_numbers =
    [
        0, 1, 2, 7, 8, 63, 64, 100, 127, 128, 255, 256, 511, 512, 513, 1023, 1024, 4095, 4096, 32767, 32768, 65535, 65536, (1 << 20) - 1, 1 << 20,
        int.MaxValue - 1, int.MaxValue, 1L + int.MaxValue, uint.MaxValue - 1, uint.MaxValue, 1L + uint.MaxValue, (1L << 33) - 1, 1L << 33,
        (1L << 40) + 1, (1L << 53) + 1, long.MaxValue - 511, long.MaxValue - 1, long.MaxValue, -1, -2, int.MinValue, long.MinValue,
    ];

    /// <summary>The only source of chance.</summary>
    public required Random Random { get; init; }

    /// <summary>Literals that the code under test looks for.</summary>
    public required IReadOnlyList<byte[]> Tokens { get; init; }

    /// <summary>Draws an input to take parts from.</summary>
    public required Func<byte[]> Other { get; init; }

    /// <summary>No input is longer.</summary>
    public required int MaxLength { get; init; }

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Random.Next(times) == 0;

    /// <summary>One of some.</summary>
    public T Pick<T>(IReadOnlyList<T> from) => from[Random.Next(from.Count)];

    /// <summary>A literal.</summary>
    public byte[] Token() => Tokens.Count == 0 ? [0] : Pick(Tokens);

    /// <summary>A number at which something may end: a power of two, a limit, one beside it.</summary>
    public long Number() => Random.Next(4) switch
    {
        0 => Random.Next(1024),
        1 => Pick(s_numbers) + Random.Next(-1, 2),
        _ => Pick(s_numbers),
    };
}
