using LayerStore.Cli;
using Snapshotter.Linux;

namespace LayerStore.Daemon.Configuration;

/// <summary><c>layerstore config</c>: prints what goes into files, and reads a file as the daemon will.</summary>
internal static class ConfigCommand
{
    /// <summary>Prints one of them.</summary>
    /// <param name="arguments">What to print.</param>
    /// <param name="output">Where to.</param>
    /// <exception cref="LayerStoreException">The configuration is wrong.</exception>
    public static void Run(DaemonArguments arguments, TextWriter output) => output.Write(arguments.Words switch
    {
        ["config", "default"] => ConfigText.Write(new DaemonSettings()),
        ["config", "check"] => Check(arguments),
        ["config", "containerd"] => ContainerdSnippet.Write(
            SettingSources.Resolve(arguments), arguments.Get("--containerd") ?? "1.6", arguments.Get("--content") is not null, arguments.Get("--diff") is not null),
        ["config", "systemd"] => string.Join('\n', SystemdUnits.Names.Select(name => $"# layerstore.{name}\n{Unit(name, arguments)}")),
        ["config", "systemd", var name] => Unit(name, arguments),
        _ => throw DaemonArguments.NotArguments(),
    });

    private static string Check(DaemonArguments arguments)
    {
        string file = arguments.Get(SettingSources.FileOption) ?? ConfigFile.DefaultPath;
        bool isThere = File.Exists(file);
        SettingSources.Resolve(arguments);
        return isThere ? $"{Printable.Text(file)} is right\n" : $"there is no {Printable.Text(file)}: the defaults hold\n";
    }

    private static string Unit(string name, DaemonArguments arguments)
    {
        DaemonSettings settings = SettingSources.Resolve(arguments);
        string root = StoreRoot.Find(settings.Root, Environment.GetEnvironmentVariable, Privileges.IsRoot);
        List<string> command = [arguments.Get("--program") ?? "/usr/local/bin/layerstore", "serve"];
        foreach (string option in SettingSources.Options)
        {
            if (arguments.Get(option) is { } value)
            {
                command.AddRange([option, value]);
            }
        }

        return SystemdUnits.Write(name, settings, root, command);
    }
}
