using LayerStore.Tar;

namespace Fuzz.Targets;

/// <summary>What holds of every archive.</summary>
internal static class TarRules
{
    /// <summary>
    /// Reads an archive in two ways, which must agree, and if it is good writes what was read and reads that. Throws the error that the reader
    /// gave.
    /// </summary>
    public static TarTranscript Check(byte[] tar)
    {
        TarTranscript transcript = TarTranscript.Of(new MemoryStream(tar), 1 << 20);
        Rule.Same(transcript.Bytes, TarTranscript.Of(new DribblingStream(tar), 97).Bytes, "an archive reads the same in small pieces");
        if (transcript.Error is { } error)
        {
            throw error;
        }

        Rule.Same(transcript.Bytes, TarTranscript.Of(Write(transcript), 1 << 20).Bytes, "what was read can be written and read again");
        return transcript;
    }

    private static MemoryStream Write(TarTranscript transcript)
    {
        MemoryStream tar = new();
        TarWriter writer = new(tar);
        foreach ((TarEntry entry, byte[] content) in transcript.Entries)
        {
            writer.WriteEntry(entry);
            writer.WriteContent(content);
        }

        writer.Finish();
        tar.Position = 0;
        return tar;
    }
}
