namespace LayerStore.Cli.Commands;

/// <summary><c>version</c>.</summary>
internal sealed class Version() : CliCommand("version", "Print the program's version")
{
    /// <inheritdoc/>
    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        session.Print($"layerstore {typeof(Version).Assembly.GetName().Version?.ToString(3)}");
        return Task.CompletedTask;
    }
}
