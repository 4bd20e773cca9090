using System.Text.Json;

namespace Snapshotter.Runtime;

/// <summary>
/// Writes the <c>config.json</c> of a runtime bundle (OCI runtime-spec 1.0, config.md and config-linux.md) with the
/// isolation that container engines give by default: own pid, network, ipc, uts, mount and cgroup namespaces, the usual
/// fourteen capabilities, no devices but the standard ones, and the kernel's risky files masked.
/// </summary>
internal static class RuntimeSpec
{
    private static readonly string[] Capabilities =
    [
        "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
        "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
    ];

    private static readonly string[] MaskedPaths =
    [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadOnlyPaths =
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    private static readonly (string Target, string Type, string Source, string[] Options)[] Mounts =
    [
        ("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
        ("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        ("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]),
        ("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
        ("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
        ("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", "ro"]),
    ];

    /// <summary>The bytes of <c>config.json</c>.</summary>
    /// <param name="process">What to run.</param>
    /// <param name="hostname">The container's host name.</param>
    /// <param name="readOnly">Whether the root file system is read-only.</param>
    /// <param name="inUserNamespace">Whether the caller is root in a user namespace only: then cgroups and device rules are left out,
    /// which it could not set.</param>
    public static byte[] Write(RuntimeProcess process, string hostname, bool readOnly, bool inUserNamespace)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", "1.0.2");
            WriteProcess(json, process);
            json.WriteStartObject("root");
            json.WriteString("path", "rootfs");
            json.WriteBoolean("readonly", readOnly);
            json.WriteEndObject();
            json.WriteString("hostname", hostname);
            WriteMounts(json, inUserNamespace);
            WriteLinux(json, inUserNamespace);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteProcess(Utf8JsonWriter json, RuntimeProcess process)
    {
        json.WriteStartObject("process");
        json.WriteBoolean("terminal", false);
        json.WriteStartObject("user");
        json.WriteNumber("uid", process.User.UserId);
        json.WriteNumber("gid", process.User.GroupId);
        if (process.User.AdditionalGroups.Count > 0)
        {
            json.WriteStartArray("additionalGids");
            foreach (uint group in process.User.AdditionalGroups)
            {
                json.WriteNumberValue(group);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteStrings(json, "args", process.Arguments);
        WriteStrings(json, "env", process.Environment);
        json.WriteString("cwd", process.WorkingDirectory);

        // A process that is not root gains the bounding set only through the files it runs, as in other engines.
        json.WriteStartObject("capabilities");
        WriteStrings(json, "bounding", Capabilities);
        if (process.User.UserId == 0)
        {
            WriteStrings(json, "effective", Capabilities);
            WriteStrings(json, "permitted", Capabilities);
        }

        json.WriteEndObject();
        json.WriteStartArray("rlimits");
        json.WriteStartObject();
        json.WriteString("type", "RLIMIT_NOFILE");
        json.WriteNumber("hard", 1024);
        json.WriteNumber("soft", 1024);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMounts(Utf8JsonWriter json, bool inUserNamespace)
    {
        json.WriteStartArray("mounts");
        foreach ((string target, string type, string source, string[] options) in Mounts)
        {
            WriteMount(json, target, type, source, options);
        }

        if (!inUserNamespace)
        {
            WriteMount(json, "/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime", "ro"]);
        }

        json.WriteEndArray();
    }

    private static void WriteMount(Utf8JsonWriter json, string target, string type, string source, string[] options)
    {
        json.WriteStartObject();
        json.WriteString("destination", target);
        json.WriteString("type", type);
        json.WriteString("source", source);
        WriteStrings(json, "options", options);
        json.WriteEndObject();
    }

    private static void WriteLinux(Utf8JsonWriter json, bool inUserNamespace)
    {
        json.WriteStartObject("linux");
        if (!inUserNamespace)
        {
            json.WriteStartObject("resources");
            json.WriteStartArray("devices");
            json.WriteStartObject();
            json.WriteBoolean("allow", false);
            json.WriteString("access", "rwm");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteStartArray("namespaces");
        foreach (string type in (string[])["pid", "network", "ipc", "uts", "mount", "cgroup"])
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteStrings(json, "maskedPaths", MaskedPaths);
        WriteStrings(json, "readonlyPaths", ReadOnlyPaths);
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
