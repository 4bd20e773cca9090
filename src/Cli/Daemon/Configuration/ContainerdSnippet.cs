using System.Text;
using LayerStore.Oci;

namespace LayerStore.Daemon.Configuration;

/// <summary>Writes what goes into containerd's <c>config.toml</c>.</summary>
/// <remarks>
/// A proxy plugin is a name, a kind and an address; each kind needs a name of its own. containerd 1.6 knows proxies of the kinds snapshot and content, 1.7 and
/// 2.x also diff. With a content proxy containerd's own content store must be off: its metadata store takes the one that is left.
/// In 2.x images are pulled and imported by the transfer service, which unpacks only for the snapshotters in its configuration; a list there
/// replaces the default, overlayfs alone, which so has to be in it (containerd, plugins/transfer).
/// </remarks>
internal static class ContainerdSnippet
{
    /// <summary>The versions of containerd that differ.</summary>
    public static IReadOnlyList<string> Versions { get; } = ["1.6", "1.7", "2"];

    /// <summary>The snippet.</summary>
    /// <param name="settings">The daemon's: its socket, and what it can do.</param>
    /// <param name="version">One of <see cref="Versions"/>.</param>
    /// <param name="content">Whether containerd keeps its blobs here too.</param>
    /// <param name="diff">Whether layers are applied and made here too.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: this version of containerd does not know that, or one needs the other.</exception>
    public static string Write(DaemonSettings settings, string version, bool content, bool diff)
    {
        if (!Versions.Contains(version))
        {
            throw SettingValue.Wrong(version, $"one of {string.Join(", ", Versions)}");
        }

        if (diff && version == "1.6")
        {
            throw new LayerStoreException(ErrorKind.InvalidArgument, "containerd 1.6 knows no proxy plugin for diff", "Leave out --diff, or say --containerd 1.7 or 2.");
        }

        // The service reads and writes layers in the daemon's content: with containerd's own it finds none, and what it made would be lost.
        if (diff && !content)
        {
            throw new LayerStoreException(ErrorKind.InvalidArgument, "the diff service needs the content service", "Say --content too, or leave out --diff.");
        }

        StringBuilder text = new();
        text.Append("# LayerStore for containerd ").Append(version).Append(": for /etc/containerd/config.toml, then restart containerd.\n");
        text.Append(version == "2" ? "version = 3\n" : "version = 2\n");
        if (content)
        {
            text.Append("\n# containerd's own content store: there may be one.\ndisabled_plugins = [\"io.containerd.content.v1.content\"]\n");
        }

        string address = settings.Address;
        text.Append("\n[proxy_plugins]\n");
        AppendPlugin(text, "layerstore", "snapshot", address);
        if (version == "2")
        {
            // Layers that are unpacked side by side (containerd 2.2), and mounts with other owners (2.0).
            text.Append("    capabilities = [\"rebase\"").Append(settings.RemapIds ? ", \"remap-ids\"" : "").Append("]\n");
        }

        if (content)
        {
            AppendPlugin(text, "layerstore-content", "content", address);
        }

        if (diff)
        {
            AppendPlugin(text, "layerstore-diff", "diff", address);
            text.Append("\n[plugins.\"io.containerd.service.v1.diff-service\"]\n  default = [\"layerstore-diff\", \"walking\"]\n");
        }

        if (version == "2")
        {
            text.Append("\n# Who may be asked to unpack what is pulled or imported.\n");
            AppendUnpack(text, "overlayfs", "walking");
            AppendUnpack(text, "layerstore", diff ? "layerstore-diff" : "walking");
        }

        return text.ToString();
    }

    private static void AppendUnpack(StringBuilder text, string snapshotter, string differ) => text
        .Append("[[plugins.\"io.containerd.transfer.v1.local\".unpack_config]]\n  platform = \"").Append(Platform.Current)
        .Append("\"\n  snapshotter = \"").Append(snapshotter).Append("\"\n  differ = \"").Append(differ).Append("\"\n");

    private static void AppendPlugin(StringBuilder text, string name, string kind, string address) => text
        .Append("  [proxy_plugins.").Append(name).Append("]\n    type = \"").Append(kind).Append("\"\n    address = \"")
        .Append(address.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append("\"\n");
}
