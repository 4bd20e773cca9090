namespace LayerStore.Cli.Parsing;

/// <summary>Options of the commands that work on what other owners have, as a daemon's socket does.</summary>
internal static class OwnerFlags
{
    /// <summary>Whose things.</summary>
    public static Option<string?> Owner(string what) => Choices.Text("--owner", "NAME", $"{what} of another owner, such as containerd");
}
