using System.Text.Json.Nodes;

namespace Interop.Tests.Runtime;

/// <summary>A container that runc runs from a bundle. Disposing kills and deletes it, whatever became of it.</summary>
internal sealed class RuncContainer(string bundle, string stateDirectory) : IDisposable
{
    // Containers of all states share the machine's cgroups by their names.
    private readonly string _id = "layerstore-test-" + Guid.NewGuid().ToString("N");

    /// <summary>Runs the bundle as it is, to its end, with nothing on standard input.</summary>
    public ToolResult Run() => ProcessRunner.Run("runc", "--root", stateDirectory, "run", "--bundle", bundle, _id);

    /// <summary>Runs a script with the image's shell instead of what the bundle says.</summary>
    public ToolResult Run(string script)
    {
        SetScript(script);
        return Run();
    }

    /// <summary>Starts a script and returns when it has made a file; it runs on until it ends by itself or this is disposed.</summary>
    public void Start(string script, string readyFile)
    {
        SetScript(script);
        ProcessRunner.Script(
            """
            runc --root "$1" run --detach --bundle "$2" "$3" < /dev/null > /dev/null 2>&1
            for ((i = 0; i < 600; i++)); do [[ ! -e $4 ]] || exit 0; sleep 0.1; done
            echo 'the container did not get ready' >&2; exit 1
            """,
            stateDirectory,
            bundle,
            _id,
            readyFile);
    }

    /// <summary>What runc says of it: <c>running</c>, <c>stopped</c>.</summary>
    public string Status =>
        (string?)JsonNode.Parse(ProcessRunner.Run("runc", "--root", stateDirectory, "state", _id).OutputBytes)?["status"] ?? "";

    /// <inheritdoc/>
    public void Dispose() => ProcessRunner.TryRun("runc", "--root", stateDirectory, "delete", "--force", _id);

    private void SetScript(string script)
    {
        var path = Path.Combine(bundle, "config.json");
        JsonNode config = JsonNode.Parse(File.ReadAllBytes(path))!;
        config["process"]!["args"] = new JsonArray("/bin/sh", "-ec", script);
        File.WriteAllText(path, config.ToJsonString());
    }
}
