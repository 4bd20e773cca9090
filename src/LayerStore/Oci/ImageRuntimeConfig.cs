using System.Text.Json;

namespace LayerStore.Oci;

/// <summary>How to run an image (OCI image-spec, config.md, "config").</summary>
public sealed record ImageRuntimeConfig
{
    private static readonly HashSet<string> Keys = StrictObject.Keys(
        "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal", "ArgsEscaped");

    /// <summary>A user and group, by name or number: <c>user[:group]</c>; empty is root.</summary>
    public string User { get; init; } = "";

    /// <summary>Environment variables, <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    /// <summary>The command's beginning, or null.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>Arguments to the entry point, or the command where there is none; or null.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>The directory to start in; empty is <c>/</c>.</summary>
    public string WorkingDir { get; init; } = "";

    /// <summary>The signal that stops the container, such as <c>SIGTERM</c>; or null.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Content.Labels.None;

    /// <summary>Ports, <c>80/tcp</c>.</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];

    /// <summary>Directories that hold data of the container.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>Reads the <c>config</c> object.</summary>
    internal static ImageRuntimeConfig Read(JsonElement element, string what)
    {
        StrictObject json = new(element, what, Keys);
        return new ImageRuntimeConfig
        {
            User = json.Text("User") ?? "",
            Env = json.Texts("Env"),
            Entrypoint = json.TextsOrText("Entrypoint"),
            Cmd = json.TextsOrText("Cmd"),
            WorkingDir = json.Text("WorkingDir") ?? "",
            StopSignal = json.Text("StopSignal"),
            Labels = json.Map("Labels"),
            ExposedPorts = json.KeysOf("ExposedPorts"),
            Volumes = json.KeysOf("Volumes"),
        };
    }
}
