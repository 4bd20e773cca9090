namespace Fuzz.Engine;

/// <summary>An input that reached what none before it did.</summary>
/// <param name="Bytes">The input.</param>
/// <param name="Features">How much of it was new.</param>
internal sealed record CorpusEntry(byte[] Bytes, int Features)
{
    /// <summary>How often it was mutated.</summary>
    public int Chosen { get; set; }
}
