using LayerStore.Cli;

namespace Cli.Tests.Support;

/// <summary>Runs the program's command line inside of the test's process: the same code, without the start of a process.</summary>
internal sealed record CommandRun
{
    public byte[] Input { get; init; } = [];

    public bool IsTerminal { get; init; }

    public int Columns { get; init; } = 80;

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    public CancellationToken Cancellation { get; init; }

    public static Task<CliResult> RunAsync(params string[] arguments) => new CommandRun().InvokeAsync(arguments);

    public async Task<CliResult> InvokeAsync(params string[] arguments)
    {
        using MemoryStream input = new(Input);
        using MemoryStream output = new();
        using StringWriter error = new() { NewLine = "\n" };
        Host host = new(input, output, error)
        {
            OutputIsTerminal = IsTerminal,
            ErrorIsTerminal = IsTerminal,
            Columns = () => Columns,
            Variable = Variables.GetValueOrDefault,
        };
        int code = await CommandLine.RunAsync(arguments, host, Cancellation);
        return new CliResult(string.Join(' ', arguments), code, output.ToArray(), error.ToString());
    }
}
