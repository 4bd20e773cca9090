using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Snapshotter.Doctor;

namespace LayerStore.Cli.Doctoring;

/// <summary>Looks at what containerd knows of a daemon: its configuration, and its list of plugins if it runs.</summary>
internal sealed class ContainerdDoctor(Func<string, string?> variable)
{
    private const string ConfigName = "containerd config";
    private const string PluginName = "containerd plugin";
    private const string DefaultSocket = "/run/containerd/containerd.sock";
    private const string Configure = "add what `layerstore config containerd` prints to /etc/containerd/config.toml, then: systemctl restart containerd";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Looks.</summary>
    /// <param name="addresses">The daemons' sockets.</param>
    public IEnumerable<Diagnosis> Examine(IReadOnlyCollection<string> addresses)
    {
        string? program = (variable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Join(directory, "containerd"))
            .FirstOrDefault(File.Exists);
        if (program is null)
        {
            yield break;
        }

        if (Dump(program) is not { } config)
        {
            yield return DaemonDoctor.Line(ConfigName, $"{Printable.Text(program)} config dump fails", $"{program} config dump");
            yield break;
        }

        IReadOnlyList<(string Name, string Address)> proxies = ProxySnapshotters(config);
        (string name, string address) = proxies.FirstOrDefault(proxy => addresses.Contains(proxy.Address));
        if (name is null)
        {
            yield return DaemonDoctor.Line(
                ConfigName,
                proxies.Count == 0 ? "it names no snapshotter of another program" : $"the snapshotter {Printable.Text(proxies[0].Name)} is at {Printable.Text(proxies[0].Address)}, where no daemon of this store is",
                Configure);
            yield break;
        }

        yield return DaemonDoctor.Line(ConfigName, $"the snapshotter {Printable.Text(name)} is at {Printable.Text(address)}");
        yield return Plugin(variable("CONTAINERD_ADDRESS") is { Length: > 0 } socket ? socket : DefaultSocket, name);
    }

    /// <summary>The names and addresses of the proxy plugins of type snapshot in what <c>containerd config dump</c> prints: one key a line.</summary>
    internal static IReadOnlyList<(string Name, string Address)> ProxySnapshotters(string config)
    {
        const string Table = "[proxy_plugins.";
        List<(string Name, string Address)> found = [];
        string? name = null;
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string line in config.Split('\n').Select(line => line.Trim()).Append("["))
        {
            if (line.StartsWith('['))
            {
                if (name is not null && values.GetValueOrDefault("type") == "snapshot" && values.TryGetValue("address", out string? address))
                {
                    found.Add((name, address));
                }

                name = line.StartsWith(Table, StringComparison.Ordinal) && line.EndsWith(']') ? Unquote(line[Table.Length..^1]) : null;
                values.Clear();
            }
            else if (line.Split('=', 2) is [var key, var value])
            {
                values[key.Trim()] = Unquote(value.Trim());
            }
        }

        return found;
    }

    // TOML's strings: containerd 1.x writes basic ones, with escapes, and 2.x literal ones where it can.
    private static string Unquote(string text) => text switch
    {
        ['"', .., '"'] => text[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal),
        ['\'', .., '\''] => text[1..^1],
        _ => text,
    };

    private static string? Dump(string program)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, ["config", "dump"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(s_patience))
            {
                process.Kill();
                return null;
            }

            return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static Diagnosis Plugin(string socket, string name)
    {
        try
        {
            // message PluginsRequest { repeated string filters = 1; }
            byte[] filter = Encoding.UTF8.GetBytes($"type==io.containerd.snapshotter.v1,id==\"{name}\"");
            byte[] answer = UnaryCall.Call(socket, "/containerd.services.introspection.v1.Introspection/Plugins", [0x0a, (byte)filter.Length, .. filter]);
            return answer.Length == 0
                ? DaemonDoctor.Line(PluginName, $"containerd runs without the snapshotter {Printable.Text(name)}: it has read another configuration", "systemctl restart containerd")
                : HasError(answer)
                ? DaemonDoctor.Line(PluginName, $"containerd could not load the snapshotter {Printable.Text(name)}", $"ctr plugins ls -d id=={name}")
                : DaemonDoctor.Line(PluginName, $"containerd has loaded the snapshotter {Printable.Text(name)}");
        }
        catch (LayerStoreException e)
        {
            return DaemonDoctor.Line(PluginName, e.Message, "systemctl start containerd");
        }
    }

    /// <summary>Whether the first plugin of an answer has a field <c>init_err</c> (7): PluginsResponse { repeated Plugin plugins = 1; }.</summary>
    internal static bool HasError(ReadOnlySpan<byte> answer)
    {
        const int Plugins = (1 << 3) | 2;
        const int InitError = (7 << 3) | 2;
        ReadOnlySpan<byte> plugin = [];
        for (ReadOnlySpan<byte> rest = answer; plugin.IsEmpty && TryRead(ref rest, out ulong tag, out ReadOnlySpan<byte> value);)
        {
            plugin = tag == Plugins ? value : [];
        }

        while (TryRead(ref plugin, out ulong tag, out _))
        {
            if (tag == InitError)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a field of a protobuf message; false at its end, or at a type of field that is not in these messages.</summary>
    private static bool TryRead(scoped ref ReadOnlySpan<byte> message, out ulong tag, out ReadOnlySpan<byte> value)
    {
        value = [];
        if (!TryReadNumber(ref message, out tag) || !TryReadNumber(ref message, out ulong number))
        {
            return false;
        }

        if ((tag & 7) == 0)
        {
            return true;
        }

        if ((tag & 7) != 2 || number > (ulong)message.Length)
        {
            return false;
        }

        value = message[..(int)number];
        message = message[(int)number..];
        return true;
    }

    private static bool TryReadNumber(scoped ref ReadOnlySpan<byte> message, out ulong number)
    {
        number = 0;
        for (int shift = 0; shift < 64 && !message.IsEmpty; shift += 7)
        {
            byte next = message[0];
            message = message[1..];
            number |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
