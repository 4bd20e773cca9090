using System.Globalization;
using Snapshotter.Layers;

namespace LayerStore.Cli.Parsing;

/// <summary>The options of pull, unpack and layer apply that say what becomes of an image's files, and what it may ask for.</summary>
internal sealed class LayerFlags
{
    private readonly Option<bool> _noDevices = Choices.Flag("--no-devices", "Leave devices out");
    private readonly Option<bool> _stripSetuid = Choices.Flag("--strip-setuid", "Take setuid and setgid bits and file capabilities off");
    private readonly Option<bool> _squashIds = Choices.Flag("--squash-ids", "Give all files to the current user; the true owners are remembered");
    private readonly List<(Limit Limit, Func<Session, long?> Read)> _limits = [];

    /// <summary>Adds the options to a command.</summary>
    public LayerFlags(Command command)
    {
        command.Add(_noDevices);
        command.Add(_stripSetuid);
        command.Add(_squashIds);
        foreach (Limit limit in Limit.All)
        {
            string description = $"The most {limit.Meaning} ({Show(limit)})";
            if (limit.Unit == LimitUnit.Seconds)
            {
                Option<TimeSpan?> option = Choices.Duration(limit.Option, description);
                command.Add(option);
                _limits.Add((limit, session => session.Get(option) is { } time ? (long)time.TotalSeconds : null));
            }
            else
            {
                Option<long?> option = Choices.Number(limit.Option, limit.Unit == LimitUnit.Bytes ? "BYTES" : "N", description);
                command.Add(option);
                _limits.Add((limit, session => session.Get(option)));
            }
        }
    }

    /// <summary>Reads the options.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: a limit is set higher than it can be.</exception>
    public LayerOptions Read(Session session) => new()
    {
        NoDevices = session.Get(_noDevices),
        StripSetuid = session.Get(_stripSetuid),
        SquashIds = session.Get(_squashIds),
        Warn = session.Warn,
        Limits = ReadLimits(session),
    };

    /// <summary>A limit's default as its option takes it.</summary>
    internal static string Show(Limit limit) => limit.Unit switch
    {
        LimitUnit.Bytes => ByteSize.Short(limit.Default),
        LimitUnit.Seconds => $"{limit.Default / 3600}h",
        _ => limit.Default.ToString("N0", CultureInfo.InvariantCulture),
    };

    private Limits ReadLimits(Session session)
    {
        Limits limits = Limits.Default;
        foreach ((Limit limit, Func<Session, long?> read) in _limits)
        {
            if (read(session) is not { } value)
            {
                continue;
            }

            limits = value <= limit.Ceiling
                ? limit.Set(limits, value)
                : throw new LayerStoreException(
                    ErrorKind.InvalidArgument, $"option {limit.Option} is {limit.Ceiling} at most, not {value}", "What is stored must be readable without the option.");
        }

        return limits;
    }
}
