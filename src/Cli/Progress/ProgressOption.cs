using LayerStore.Cli.Parsing;

namespace LayerStore.Cli.Progress;

/// <summary><c>--progress</c>, and the display that it chooses.</summary>
internal static class ProgressOption
{
    /// <summary>Makes the option.</summary>
    public static Option<ProgressMode> Create() => Choices.Option(
        "--progress",
        "auto, plain, json or none, on stderr (auto: bars on a terminal, else plain)",
        ("auto", ProgressMode.Auto),
        ("plain", ProgressMode.Plain),
        ("json", ProgressMode.Json),
        ("none", ProgressMode.None));

    /// <summary>Makes the display; disposing it ends it.</summary>
    public static ProgressDisplay Open(Host host, ProgressMode mode) => mode switch
    {
        ProgressMode.Plain => new PlainProgress(host.Error),
        ProgressMode.Json => new JsonProgress(host.Error, TimeProvider.System),
        ProgressMode.None => new NoProgress(),
        _ when host.ErrorIsTerminal && !host.IsDumb => new BarProgress(host, TimeProvider.System),
        _ => new PlainProgress(host.Error),
    };
}
