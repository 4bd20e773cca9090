using System.Diagnostics;
using LayerStore.Tar;

namespace LayerStore.Tests.Tar;

/// <summary>What the tar tests share: reading all of an archive, and running the real tools.</summary>
internal static class TarTools
{
    /// <summary>All entries with their content. The stream hands out few bytes at a time if wanted.</summary>
    public static List<(TarEntry Entry, byte[] Content)> ReadAll(byte[] archive, TarLimits? limits = null, int maxRead = int.MaxValue)
    {
        TarReader reader = new(new ShortReadStream(archive, maxRead), limits);
        List<(TarEntry, byte[])> entries = [];
        while (reader.Next() is { } entry)
        {
            entries.Add((entry, ReadContent(reader)));
        }

        return entries;
    }

    public static TarEntry ReadOne(RawTar tar) => Assert.Single(ReadAll(tar.ToArray())).Entry;

    public static byte[] ReadContent(TarReader reader)
    {
        using MemoryStream content = new();
        byte[] buffer = new byte[70_000];
        int count;
        while ((count = reader.Read(buffer)) > 0)
        {
            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }

    public static byte[] Write(IEnumerable<(TarEntry Entry, byte[] Content)> entries)
    {
        using MemoryStream output = new();
        TarWriter writer = new(output);
        foreach ((TarEntry entry, byte[] content) in entries)
        {
            writer.WriteEntry(entry);
            writer.WriteContent(content);
        }

        writer.Finish();
        return output.ToArray();
    }

    /// <summary>Runs a program and returns what it printed; a failure fails the test.</summary>
    public static string Run(string directory, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.Latin1,
        };
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}: {error.Result}");
        return output;
    }

    public static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    /// <summary>A stream that gives few bytes a call and cannot seek.</summary>
    public sealed class ShortReadStream(byte[] bytes, int maxRead) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(Math.Min(buffer.Length, maxRead), bytes.Length - _position);
            bytes.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
