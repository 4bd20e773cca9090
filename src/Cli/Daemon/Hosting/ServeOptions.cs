using Snapshotter;

namespace LayerStore.Daemon.Hosting;

/// <summary>What the daemon serves, and where.</summary>
internal sealed record ServeOptions
{
    /// <summary>The store's directory.</summary>
    public required string Root { get; init; }

    /// <summary>The socket's path.</summary>
    public required string Address { get; init; }

    /// <summary>How snapshots are kept; null for what the store has.</summary>
    public StoreDriver? Driver { get; init; }

    /// <summary>Reads the canonical arguments that <c>layerstore serve</c> passes on: pairs of an option and its value, after the word <c>serve</c>.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: anything else.</exception>
    public static ServeOptions Parse(IReadOnlyList<string> arguments)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        bool isWellFormed = arguments.Count % 2 == 1 && arguments[0] == "serve";
        for (int i = 1; isWellFormed && i < arguments.Count; i += 2)
        {
            isWellFormed = arguments[i] is "--root" or "--address" or "--driver" && values.TryAdd(arguments[i], arguments[i + 1]);
        }

        StoreDriver driver = default;
        if (!isWellFormed
            || !values.TryGetValue("--root", out string? root)
            || !values.TryGetValue("--address", out string? address)
            || (values.TryGetValue("--driver", out string? name) && !Enum.TryParse(name, ignoreCase: true, out driver)))
        {
            throw new LayerStoreException(ErrorKind.InvalidArgument, "these are not the arguments of a daemon", "Start it with: layerstore serve");
        }

        return new ServeOptions { Root = root, Address = address, Driver = name is null ? null : driver };
    }
}
