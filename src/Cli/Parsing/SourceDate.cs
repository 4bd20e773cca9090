using System.Globalization;
using LayerStore.Tar;

namespace LayerStore.Cli.Parsing;

/// <summary>SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/).</summary>
internal static class SourceDate
{
    /// <summary>Reads the variable: seconds since 1970; null if it is not set.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: not a number, or beyond the year 9999.</exception>
    public static DateTimeOffset? Read(Func<string, string?> variable)
    {
        if (variable("SOURCE_DATE_EPOCH") is not { Length: > 0 } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new LayerStoreException(
                ErrorKind.InvalidArgument, $"SOURCE_DATE_EPOCH is \"{Printable.Text(text)}\", not seconds since 1970", "Set it to a number, or unset it.");
    }

    /// <summary>As <see cref="Read"/>: the latest time that a layer's files may have.</summary>
    /// <exception cref="LayerStoreException">As for <see cref="Read"/>.</exception>
    public static Timestamp? ReadTimestamp(Func<string, string?> variable) =>
        Read(variable) is { } date ? new Timestamp(date.ToUnixTimeSeconds(), 0) : null;
}
