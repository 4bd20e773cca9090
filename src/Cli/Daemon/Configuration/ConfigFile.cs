using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LayerStore.Daemon.Configuration;

/// <summary>Reads the configuration file: YAML, of which it uses mappings and plain values, nothing else.</summary>
/// <remarks>
/// Whatever is not understood is an error with its line and column. A name that is misspelt must not pass for a setting that
/// was made, and no value is guessed: a list is not a text, and of two equal names neither wins.
/// </remarks>
internal sealed class ConfigFile
{
    /// <summary>Where it is when nobody says so.</summary>
    public const string DefaultPath = "/etc/layerstore/config.yaml";

    private const int MaxSize = 64 << 10;

    private readonly string _path;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly IParser _parser;
    private DaemonSettings _settings;

    private ConfigFile(string path, IParser parser, DaemonSettings settings)
    {
        _path = path;
        _parser = parser;
        _settings = settings;
    }

    /// <summary>Reads a file, on top of settings.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mustExist">Whether its absence is an error; else it is an empty file.</param>
    /// <param name="settings">What holds where the file says nothing.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: it says something wrong; <see cref="ErrorKind.NotFound"/>: it is not there.</exception>
    public static DaemonSettings Read(string path, bool mustExist, DaemonSettings settings)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[MaxSize + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaxSize
                ? Parse(path, bytes.AsSpan(0, length), settings)
                : throw new LayerStoreException(ErrorKind.InvalidArgument, $"{Printable.Text(path)} is longer than {MaxSize} bytes", Hint);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return mustExist
                ? throw new LayerStoreException(ErrorKind.NotFound, $"there is no configuration file {Printable.Text(path)}", "layerstore config default prints one.")
                : settings;
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"read {Printable.Text(path)}");
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="bytes">What is in it.</param>
    /// <param name="settings">What holds where the file says nothing.</param>
    public static DaemonSettings Parse(string path, ReadOnlySpan<byte> bytes, DaemonSettings settings)
    {
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new LayerStoreException(ErrorKind.InvalidArgument, $"{Printable.Text(path)} is not UTF-8", Hint);
        }

        ConfigFile file = new(path, new Parser(new StringReader(text)), settings);
        try
        {
            file.ReadDocument();
        }
        catch (YamlException e)
        {
            throw file.Wrong(e.Start, $"this is not YAML: {e.Message.Trim().TrimEnd('.')}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What the parser throws for text behind the end of a document, and for a tag that is no address.
            throw file.Wrong(file._parser.Current?.End ?? Mark.Empty, "this is not YAML");
        }

        return file._settings;
    }

    private static string Hint => "layerstore config default prints a file with every setting.";

    private void ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<DocumentStart>(out _))
        {
            if (!IsNothing())
            {
                ReadMapping("");
            }

            _parser.Consume<DocumentEnd>();
        }

        if (!_parser.TryConsume<StreamEnd>(out _))
        {
            throw Wrong(Here.Start, "a second document: a file holds one");
        }
    }

    // A document of comments alone is one empty value.
    private bool IsNothing()
    {
        if (Here is Scalar scalar && IsNull(scalar))
        {
            _parser.MoveNext();
            return true;
        }

        return false;
    }

    private void ReadMapping(string prefix)
    {
        if (!_parser.TryConsume<MappingStart>(out var mapping))
        {
            throw Wrong(Here.Start, $"{(prefix.Length == 0 ? "the file" : $"\"{prefix.TrimEnd('.')}\"")} should be a mapping (NAME: VALUE), not {Describe(Here)}");
        }

        RefuseExtras(mapping);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            ReadEntry(prefix);
        }
    }

    private void ReadEntry(string prefix)
    {
        if (!_parser.TryConsume<Scalar>(out var name))
        {
            throw Wrong(Here.Start, $"a name should be a text, not {Describe(Here)}");
        }

        RefuseExtras(name);
        string key = prefix + name.Value;
        if (!_seen.Add(key))
        {
            throw Wrong(name.Start, $"\"{Printable.Text(key)}\" is there twice");
        }

        if (SettingList.All.FirstOrDefault(setting => setting.Key == key) is { } setting && !name.Value.Contains('.', StringComparison.Ordinal))
        {
            ReadValue(setting);
        }
        else if (prefix.Length == 0 && !name.Value.Contains('.', StringComparison.Ordinal) && SettingList.All.Any(known => known.Key.StartsWith(key + ".", StringComparison.Ordinal)))
        {
            if (!IsNothing())
            {
                ReadMapping(key + ".");
            }
        }
        else
        {
            throw Wrong(name.Start, $"there is no setting \"{Printable.Text(key)}\"");
        }
    }

    private void ReadValue(Setting setting)
    {
        if (!_parser.TryConsume<Scalar>(out var value))
        {
            throw Wrong(Here.Start, $"\"{setting.Key}\" should be a single value, not {Describe(Here)}");
        }

        RefuseExtras(value);
        if (IsNull(value))
        {
            _settings = setting.Clear is not null ? setting.Clear(_settings) : throw Wrong(value.Start, $"\"{setting.Key}\" has no value");
            return;
        }

        try
        {
            _settings = setting.Read(_settings, value.Value);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.InvalidArgument)
        {
            throw Wrong(value.Start, $"\"{setting.Key}\": {e.Message}");
        }
    }

    private ParsingEvent Here => _parser.Accept<ParsingEvent>(out var current) ? current : throw Wrong(Mark.Empty, "the file ends too early");

    // YAML 1.2, section 10.3.2: what a plain scalar that stands for nothing looks like.
    private static bool IsNull(Scalar scalar) => scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";

    private void RefuseExtras(NodeEvent node)
    {
        if (!node.Tag.IsEmpty || !node.Anchor.IsEmpty)
        {
            throw Wrong(node.Start, "tags and anchors are not used here");
        }
    }

    private static string Describe(ParsingEvent what) => what switch
    {
        MappingStart => "a mapping",
        SequenceStart => "a list",
        AnchorAlias => "an alias",
        Scalar { Value.Length: 0 } => "nothing",
        _ => "a single value",
    };

    private LayerStoreException Wrong(Mark at, string what) =>
        new(ErrorKind.InvalidArgument, $"{Printable.Text(_path)}:{Math.Max(at.Line, 1)}:{Math.Max(at.Column, 1)}: {Printable.Text(what)}", Hint);
}
