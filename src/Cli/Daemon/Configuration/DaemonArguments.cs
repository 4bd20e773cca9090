namespace LayerStore.Daemon.Configuration;

/// <summary>
/// The arguments that <c>layerstore</c> passes on when it becomes the daemon: words, then pairs of an option and its value. People's mistakes were
/// found before, by the command line's own parser; what is wrong here is wrong between the two programs.
/// </summary>
internal sealed class DaemonArguments
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private DaemonArguments(IReadOnlyList<string> words) => Words = words;

    /// <summary>What to do, and on what.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Reads arguments.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>.</exception>
    public static DaemonArguments Parse(IReadOnlyList<string> arguments)
    {
        int words = arguments.TakeWhile(argument => !argument.StartsWith("--", StringComparison.Ordinal)).Count();
        DaemonArguments result = new([.. arguments.Take(words)]);
        for (int i = words; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count || !arguments[i].StartsWith("--", StringComparison.Ordinal) || !result._options.TryAdd(arguments[i], arguments[i + 1]))
            {
                throw NotArguments();
            }
        }

        return result;
    }

    /// <summary>An option's value, or null if it was not given.</summary>
    public string? Get(string option) => _options.GetValueOrDefault(option);

    /// <summary>Refuses options other than these.</summary>
    public void Allow(IEnumerable<string> options)
    {
        if (_options.Keys.Except(options).Any())
        {
            throw NotArguments();
        }
    }

    /// <summary>The error for arguments that <c>layerstore</c> would not pass.</summary>
    public static LayerStoreException NotArguments() =>
        new(ErrorKind.InvalidArgument, "these are not the arguments of a daemon", "Start it with: layerstore serve");
}
