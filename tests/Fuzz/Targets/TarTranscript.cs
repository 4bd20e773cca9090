using System.Buffers;
using System.Globalization;
using System.Text;
using LayerStore;
using LayerStore.Tar;

namespace Fuzz.Targets;

/// <summary>All that the tar reader says of an archive, in bytes that can be compared.</summary>
internal sealed class TarTranscript
{
    private readonly ArrayBufferWriter<byte> _text = new();

    /// <summary>Limits that keep an execution short: all content is held and written again.</summary>
    public static TarLimits Limits { get; } = new() { MaxTotalBytes = 1 << 18, MaxEntries = 1000 };

    /// <summary>The entries that were read.</summary>
    public List<(TarEntry Entry, byte[] Content)> Entries { get; } = [];

    /// <summary>Why reading ended, or null if at the end.</summary>
    public LayerStoreException? Error { get; private set; }

    /// <summary>The transcript.</summary>
    public ReadOnlySpan<byte> Bytes => _text.WrittenSpan;

    /// <summary>Reads an archive.</summary>
    /// <param name="stream">The archive.</param>
    /// <param name="step">How many bytes of content to ask for at once.</param>
    public static TarTranscript Of(Stream stream, int step)
    {
        TarTranscript transcript = new();
        TarReader reader = new(stream, Limits);
        try
        {
            while (reader.Next() is { } entry)
            {
                byte[] content = new byte[entry.Size];
                int done = 0;
                for (int read; (read = reader.Read(content.AsSpan(done, Math.Min(step, content.Length - done)))) > 0;)
                {
                    done += read;
                }

                Rule.Holds(done == content.Length, "a file has as many bytes as its entry says");
                transcript.Entries.Add((entry, content));
                transcript.Write(entry, content);
            }
        }
        catch (LayerStoreException e)
        {
            transcript.Error = e;
            transcript.Line($"error {e.Kind} {e.Message}");
        }

        return transcript;
    }

    private void Write(TarEntry entry, byte[] content)
    {
        // A directory is the same with a slash and without, and the root has many names.
        ReadOnlySpan<byte> name = entry.Name.Span;
        name = entry.Type == TarEntryType.Directory ? name.TrimEnd((byte)'/') : name;
        Line($"{entry.Type} {Printable.Bytes(name.SequenceEqual("."u8) ? default : name)} {entry.Mode} {entry.UserId}:{entry.GroupId} {entry.ModifiedAt} "
            + $"{Printable.Bytes(entry.LinkName.Span)} {entry.DeviceMajor},{entry.DeviceMinor} {entry.Size}");
        foreach (Xattr xattr in entry.Xattrs)
        {
            Line($"{Printable.Bytes(xattr.Name.Span)}={Printable.Bytes(xattr.Value.Span)}");
        }

        _text.Write(content);
    }

    private void Line(string text) => _text.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text}\n")));
}
