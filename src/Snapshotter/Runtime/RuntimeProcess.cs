using LayerStore.Oci;
using Snapshotter.Linux;

namespace Snapshotter.Runtime;

/// <summary>What to run in a container and as whom, with all that the image leaves open filled in.</summary>
/// <param name="Arguments">The program and its arguments; at least one.</param>
/// <param name="Environment"><c>NAME=value</c>, each name once.</param>
/// <param name="WorkingDirectory">An absolute path in the container.</param>
/// <param name="User">Who runs it.</param>
public sealed record RuntimeProcess(
    IReadOnlyList<string> Arguments,
    IReadOnlyList<string> Environment,
    string WorkingDirectory,
    RuntimeUser User)
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>
    /// Derives the process from an image config (OCI image-spec, conversion.md): the entry point followed by the command,
    /// a shell where there is neither; a usual <c>PATH</c> where the image sets none; of a variable set twice, the last.
    /// </summary>
    /// <exception cref="LayerStore.LayerStoreException">The user or group is not in the image.</exception>
    internal static RuntimeProcess FromImage(ImageRuntimeConfig config, RootDirectory root)
    {
        string[] arguments = [.. config.Entrypoint ?? [], .. config.Cmd ?? []];
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["PATH"] = DefaultPath };
        foreach (string variable in config.Env)
        {
            environment[variable.Split('=', 2)[0]] = variable;
        }

        return new RuntimeProcess(
            arguments.Length == 0 ? ["sh"] : arguments,
            [.. environment.Values],
            config.WorkingDir.StartsWith('/') ? config.WorkingDir : "/" + config.WorkingDir,
            RuntimeUser.Resolve(config.User, root));
    }
}
