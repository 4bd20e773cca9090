using LayerStore.Cli.Linux;
using Snapshotter;

namespace LayerStore.Cli.Commands.Daemons;

/// <summary>The daemon is a program of its own, so that all other commands start without a web server. These commands become it.</summary>
internal static class DaemonProgram
{
    /// <summary>Becomes the daemon's program. Returns only by an exception.</summary>
    /// <param name="session">The command that was called. Its global options are passed on if they were given.</param>
    /// <param name="words">What the program is to do.</param>
    /// <param name="options">Its options; one without a value is left out.</param>
    public static void Become(Session session, IEnumerable<string> words, params ReadOnlySpan<(string Name, string? Value)> options)
    {
        string program = session.Host.Variable("LAYERSTORE_DAEMON") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.Join(AppContext.BaseDirectory, "daemon", "layerstore-daemon");
        List<string> arguments = [.. words];
        foreach ((string name, string? value) in (ReadOnlySpan<(string, string?)>)[("--root", session.GivenRoot), .. options])
        {
            if (value is not null)
            {
                arguments.AddRange([name, value]);
            }
        }

        session.Host.Flush();
        ProgramImage.Replace(program, arguments);
    }

    /// <summary>An absolute path, or null. An address as containerd writes it (<c>unix:///run/…</c>) is left to the daemon.</summary>
    public static string? Absolute(string? path) => path is null || path.StartsWith("unix://", StringComparison.Ordinal) ? path
        : path.Length > 0 ? Path.GetFullPath(path)
        : throw new LayerStoreException(ErrorKind.InvalidArgument, "a path is empty");

    /// <summary>How a driver is called.</summary>
    public static string? NameOf(StoreDriver? driver) => driver switch { StoreDriver.Overlay => "overlay", StoreDriver.Erofs => "erofs", StoreDriver.Native => "native", _ => null };

    /// <summary>How a level of the log is called.</summary>
    public static string? NameOf(LogLevel? level) =>
        level switch { LogLevel.Debug => "debug", LogLevel.Info => "info", LogLevel.Warning => "warning", LogLevel.Error => "error", _ => null };
}
