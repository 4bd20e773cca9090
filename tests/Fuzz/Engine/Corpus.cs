using System.Security.Cryptography;

namespace Fuzz.Engine;

/// <summary>The inputs that are worth mutating, in memory and, if there is a directory, in files named by their hash.</summary>
internal sealed class Corpus(string? directory)
{
    // Enough draws that a new input is mutated within a few hundred executions, few enough that no input is left alone.
    private const int Draws = 4;

    private readonly List<CorpusEntry> _entries = [];

    /// <summary>How many there are.</summary>
    public int Count => _entries.Count;

    /// <summary>The name of a file for an input.</summary>
    public static string NameOf(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input))[..16];

    /// <summary>The inputs of a directory, in the order of their names; none if it is missing.</summary>
    public static IEnumerable<byte[]> Read(string? directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal).Select(File.ReadAllBytes) : [];

    /// <summary>Adds an input.</summary>
    public void Add(byte[] input, int features)
    {
        _entries.Add(new CorpusEntry(input, features));
        if (directory is not null)
        {
            Directory.CreateDirectory(directory);
            File.WriteAllBytes(Path.Combine(directory, NameOf(input)), input);
        }
    }

    /// <summary>Chooses an input to mutate: of a few drawn at random the one that was chosen least, for what it brought.</summary>
    public byte[] Choose(Random random)
    {
        CorpusEntry best = Draw(random);
        for (int i = 1; i < Draws; i++)
        {
            CorpusEntry other = Draw(random);
            best = Weight(other) < Weight(best) ? other : best;
        }

        best.Chosen++;
        return best.Bytes;
    }

    /// <summary>Any input, to take parts from.</summary>
    public byte[] Any(Random random) => Draw(random).Bytes;

    private static double Weight(CorpusEntry entry) => (1.0 + entry.Chosen) / (1 + Math.Log2(1 + entry.Features));

    private CorpusEntry Draw(Random random) => _entries[random.Next(_entries.Count)];
}
