using System.Globalization;
using System.Text;

namespace LayerStore.Daemon.Configuration;

/// <summary>Reads the values of settings, the same in the file and on the command line.</summary>
internal static class SettingValue
{
    // struct sockaddr_un has 108 bytes for the path and its final NUL (unix(7)).
    private const int MaxSocketPath = 107;
    private const int MaxOwner = 64;
    private const int AllModes = 0b111_111_111;

    /// <summary>The error for a value that is none.</summary>
    /// <param name="text">The value.</param>
    /// <param name="expected">What it should be, with an article.</param>
    public static LayerStoreException Wrong(string text, string expected) => new(ErrorKind.InvalidArgument, $"\"{Printable.Text(text)}\" is not {expected}");

    /// <summary>The path of a socket, with or without <c>unix://</c> in front as containerd writes it.</summary>
    public static string SocketPath(string text)
    {
        string path = AbsolutePath(text.StartsWith("unix://", StringComparison.Ordinal) ? text["unix://".Length..] : text);
        return Encoding.UTF8.GetByteCount(path) <= MaxSocketPath
            ? path
            : throw Wrong(text, $"a path that the kernel takes for a socket: it is longer than {MaxSocketPath} bytes");
    }

    /// <summary>An absolute path, without what <c>..</c> and doubled slashes stand for.</summary>
    public static string AbsolutePath(string text) => text is ['/', _, ..] && !text.Any(char.IsControl)
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(text))
        : throw Wrong(text, "an absolute path");

    /// <summary>An owner's name. It is part of a lock's name too.</summary>
    public static string Owner(string text) =>
        text.Length is > 0 and <= MaxOwner && text[0] is not ('.' or '-') && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
            ? text != "cli" ? text : throw Wrong(text, "free: it is the command line's own owner")
            : throw Wrong(text, $"an owner: up to {MaxOwner} lower-case letters, digits, \"-\" and \".\"");

    /// <summary>Permissions, in octal.</summary>
    public static UnixFileMode Mode(string text)
    {
        if (text.Length is < 3 or > 5 || text.Any(c => c is < '0' or > '7') || Convert.ToInt32(text, 8) is var mode && (mode & ~AllModes) != 0)
        {
            throw Wrong(text, "a mode such as 0600 or 0660");
        }

        return (UnixFileMode)mode;
    }

    /// <summary>The number of a user or group.</summary>
    public static uint Id(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id != uint.MaxValue
        ? id
        : throw Wrong(text, "the number of a user or group");

    /// <summary>A length of time: <c>500ms</c>, <c>10s</c>, <c>5m</c>, <c>1h</c>.</summary>
    public static TimeSpan Duration(string text)
    {
        (string Unit, long Milliseconds) unit = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => ("ms", 1),
            _ when text.EndsWith('s') => ("s", 1000),
            _ when text.EndsWith('m') => ("m", 60_000),
            _ when text.EndsWith('h') => ("h", 3_600_000),
            _ => ("?", 0),
        };
        return unit.Milliseconds > 0
            && int.TryParse(text.AsSpan(0, text.Length - unit.Unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= 100_000
            ? TimeSpan.FromMilliseconds(count * unit.Milliseconds)
            : throw Wrong(text, "a time such as 500ms, 10s or 5m");
    }

    /// <summary>How <see cref="Duration"/> is written.</summary>
    public static string Show(TimeSpan time) =>
        time.Milliseconds != 0 ? $"{(long)time.TotalMilliseconds}ms" : time.Seconds != 0 || time == TimeSpan.Zero ? $"{(long)time.TotalSeconds}s" : $"{(long)time.TotalMinutes}m";

    /// <summary>A part of a whole.</summary>
    public static double Ratio(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double ratio) && ratio is >= 0 and <= 1
            ? ratio
            : throw Wrong(text, "a number from 0 to 1");

    /// <summary>The address of a server that speaks HTTP.</summary>
    public static Uri HttpAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri
            : throw Wrong(text, "an address such as http://127.0.0.1:4318");

    /// <summary>One of a few words.</summary>
    public static T Word<T>(string text, params ReadOnlySpan<(string Word, T Value)> words)
    {
        foreach ((string word, T value) in words)
        {
            if (word == text)
            {
                return value;
            }
        }

        List<string> known = [];
        foreach ((string word, _) in words)
        {
            known.Add(word);
        }

        throw Wrong(text, $"one of {string.Join(", ", known)}");
    }
}
