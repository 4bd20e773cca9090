using System.Text;
using LayerStore.Cli.Linux;

namespace LayerStore.Cli;

/// <summary>What surrounds a command: its streams, its terminal and its environment. Tests bring their own.</summary>
internal sealed class Host
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly Lazy<TextWriter> _text;

    /// <summary>Makes a host on these streams.</summary>
    public Host(Stream input, Stream output, TextWriter error)
    {
        Input = input;
        Output = output;
        Error = error;
        _text = new Lazy<TextWriter>(() => new StreamWriter(Output, Utf8, leaveOpen: true) { NewLine = "\n" });
    }

    /// <summary>Standard input.</summary>
    public Stream Input { get; }

    /// <summary>Standard output, for bytes. Not to be mixed with <see cref="Text"/>.</summary>
    public Stream Output { get; }

    /// <summary>Standard output, for text: results and nothing else.</summary>
    public TextWriter Text => _text.Value;

    /// <summary>Standard error: errors, hints, warnings, progress, logs.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether a person sees standard output.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether a person sees standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>How many columns the terminal has.</summary>
    public Func<int> Columns { get; init; } = () => 80;

    /// <summary>Reads an environment variable; null if it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>Runs this program with other arguments behind this process; false if that cannot be.</summary>
    public Func<IReadOnlyList<string>, bool> StartBehind { get; init; } = _ => false;

    /// <summary>Whether stderr may be coloured (https://no-color.org).</summary>
    public bool ErrorHasColor => ErrorIsTerminal && MayColor;

    /// <summary>Whether stdout may be coloured.</summary>
    public bool OutputHasColor => OutputIsTerminal && MayColor;

    /// <summary>Whether the terminal cannot move its cursor.</summary>
    public bool IsDumb => Variable("TERM") is null or "" or "dumb";

    private bool MayColor => !IsDumb && string.IsNullOrEmpty(Variable("NO_COLOR"));

    /// <summary>The standard streams of this process.</summary>
    public static Host System()
    {
        // In this order: a number that is free is taken by the first that asks.
        bool hasInput = StandardDescriptor.IsGiven(0);
        bool hasOutput = StandardDescriptor.IsGiven(1);
        bool hasError = StandardDescriptor.IsGiven(2);
        Stream error = hasError ? new ErrorStream(new StandardOutput(2)) : Stream.Null;
        return new Host(
            hasInput ? new StandardInput() : new ClosedInput(),
            hasOutput ? new StandardOutput(1) : new ClosedOutput(),
            TextWriter.Synchronized(new StreamWriter(error, Utf8) { AutoFlush = true, NewLine = "\n" }))
        {
            OutputIsTerminal = hasOutput && Descriptor.IsTerminal(1),
            ErrorIsTerminal = hasError && Descriptor.IsTerminal(2),
            Columns = () => Console.WindowWidth is > 0 and int width ? width : 80,
            Variable = Environment.GetEnvironmentVariable,
            StartBehind = BackgroundProgram.TryStart,
        };
    }

    /// <summary>Writes out what was buffered.</summary>
    /// <remarks>Not asynchronously: for a console's stream that starts the thread pool, which costs more than most commands do.</remarks>
    public void Flush()
    {
        if (_text.IsValueCreated)
        {
            Text.Flush();
        }

        Output.Flush();
    }
}
