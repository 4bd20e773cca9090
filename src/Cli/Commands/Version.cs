namespace LayerStore.Cli.Commands;

/// <summary><c>version</c>.</summary>
internal sealed class Version() : CliCommand("version", "Print the program's version")
{
    /// <summary>Prints it.</summary>
    public static void Print(Host host) => host.Text.WriteLine($"layerstore {typeof(Version).Assembly.GetName().Version?.ToString(3)}");

    /// <inheritdoc/>
    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        Print(session.Host);
        return Task.CompletedTask;
    }
}
