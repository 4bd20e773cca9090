using System.Globalization;

namespace Snapshotter.Linux;

/// <summary>What this process may do.</summary>
public static class Privileges
{
    private const int CapabilitySysAdmin = 21;

    /// <summary>Whether it is root, of the machine or of its user namespace.</summary>
    public static bool IsRoot => Libc.geteuid() == 0;

    /// <summary>Whether it may mount: CAP_SYS_ADMIN in its user namespace (capabilities(7)).</summary>
    public static bool CanMount()
    {
        const string Prefix = "CapEff:";
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(static l => l.StartsWith(Prefix, StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line.AsSpan(Prefix.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong capabilities)
            && (capabilities >> CapabilitySysAdmin & 1) != 0;
    }
}
