using Interop.Tests.Differential.Corpus;

namespace Interop.Tests.Differential;

/// <summary>The archives of the corpus as everyone reads them, for the tests of a class.</summary>
public sealed class CorpusReadings : IDisposable
{
    /// <summary>So many are read together: enough to start little, and few if one test is run alone.</summary>
    private const int Together = 32;

    private readonly ArchiveCorpus _corpus = new();
    private readonly Dictionary<string, ArchiveReadings> _readings = [];

    /// <inheritdoc/>
    public void Dispose() => _corpus.Dispose();

    /// <summary>One of them; it is read with others when it, or one of them, is asked for first.</summary>
    internal ArchiveReadings Of(string archive)
    {
        if (!_readings.ContainsKey(archive))
        {
            var names = ArchiveCorpus.Names.Chunk(Together).Single(names => names.Contains(archive));
            foreach (var (name, readings) in names.Zip(ArchiveReadings.Of([.. names.Select(_corpus.Make)])))
                _readings.Add(name, readings);
        }

        return _readings[archive];
    }
}
